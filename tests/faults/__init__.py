"""The fault campaign: kill everything, then check that nothing was lost, done twice or told out of order."""
