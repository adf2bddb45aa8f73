"""The words for kinds, states and confidence."""

ROLES = {"active": "active", "diluent": "diluent", "excipient": "excipient"}

CONTAINERS = {
    "single_dose": "single-dose vial: one patient",
    "multi_dose": "multi-dose vial",
    "ampoule": "ampoule: one patient, never kept",
    "bulk": "pharmacy bulk package",
    "device": "prefilled device",
}
CONFIDENCES = {"high": "high", "medium": "medium", "low": "low", "H": "high", "M": "medium", "L": "low"}
FIELDS = {
    "strength": "strength",
    "content": "content",
    "container": "container",
    "after_puncture_h": "time after opening",
    "ph": "pH",
    "storage": "storage",
    "light_sensitive": "light",
}
STATUSES = {"published": "published", "draft": "draft", "approved": "approved", "superseded": "superseded"}
