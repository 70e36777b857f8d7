"""The unified view: one read model of every topic, GraphQL over it, and the portal page."""
