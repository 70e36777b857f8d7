"""What starts the platform and fills it: one machine, a cluster, the demo."""
