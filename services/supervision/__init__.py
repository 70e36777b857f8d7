"""Those who watch: reminders of missed steps and hot spots, from facts of cases alone; never a list or score of persons."""
