"""Laws are about what holds, not about how long one example takes on a busy machine."""

from hypothesis import settings

settings.register_profile("rules", deadline=None)
settings.load_profile("rules")
