"""What every answer carries, pages, fragments, errors and static files alike."""

from flask import Flask, Response, request

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
CSP = "; ".join(f"{name} {value}" for name, value in POLICY.items())
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
ONE_YEAR = 365 * 24 * 3600
HSTS = f"max-age={ONE_YEAR}"
LASTING = f"public, max-age={ONE_YEAR}, immutable"


def _caching(static: bool, versioned: bool) -> str:
    if static:
        return LASTING if versioned else "no-cache"
    return "no-store"


def init_app(app: Flask, *, hsts: bool) -> None:
    """Set the headers on every answer; `hsts` only where the app stands behind TLS."""

    @app.after_request
    def set_headers(answer: Response) -> Response:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        static = request.endpoint == "static" and answer.status_code in (200, 206, 304)
        answer.headers["Cache-Control"] = _caching(static, "v" in request.args)
        if hsts:
            answer.headers["Strict-Transport-Security"] = HSTS
        return answer
