"""What was felt after a treatment: recorded, followed up, counted and told."""
