"""What is measured, each against its floor: recall, pages, preparing, checks, the proof."""
