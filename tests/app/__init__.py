"""The app as a whole: settings, doors, faults, health, logs."""
