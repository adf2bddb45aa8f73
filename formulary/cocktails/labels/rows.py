"""An answer of the checklist as it is stored and shown."""

from typing import Any

from formulary.rules.findings import Finding


def answer_row(finding: Finding) -> dict[str, Any]:
    """One answer as it is stored: codes, words, inputs and source."""
    return {
        "code": finding.code,
        "rule": finding.rule,
        "version": finding.version,
        "result": finding.result,
        "level": finding.level.name if finding.level else "",
        "subject": finding.subject,
        "reason": finding.reason,
        "remedy": finding.remedy,
        "source": finding.source,
        "line": finding.line,
        "inputs": [list(pair) for pair in finding.inputs],
        "accepted": finding.accepted,
    }
