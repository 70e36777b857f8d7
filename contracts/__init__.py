"""The published language: facts, words and refusals shared by every service and every agency system. No I/O."""
