"""What the bench shows: the worksheet step by step, and the label of what was made."""

from formulary.preparations.labels.bench import Bench, Step, bench
from formulary.preparations.labels.final import Label, label

__all__ = ["Bench", "Label", "Step", "bench", "label"]
