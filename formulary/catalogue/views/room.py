"""The room's address."""

from flask import Blueprint
from werkzeug.wrappers import Response

bp = Blueprint("catalogue", __name__, url_prefix="/catalogue")

Page = str | Response | tuple[str, int]
