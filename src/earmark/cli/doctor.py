"""``earmark doctor``: print the findings as they come."""

import json
import sys

from earmark.service.doctor import Finding, examine

_TITLES = {
    "installed": "Installed",
    "formats": "Formats (a tiny file of each was written and read back)",
    "paths": "Paths",
    "model": "Model",
}


def report(*, as_json: bool) -> bool:
    """Print what the doctor finds.

    Returns
    -------
    bool
        Whether everything that Earmark cannot do without works.
    """
    findings: list[Finding] = []
    for finding in examine():
        if not as_json:
            if not findings or findings[-1].part != finding.part:
                _print_title(_TITLES[finding.part], first=not findings)
            _print_finding(finding)
        findings.append(finding)
    healthy = all(finding.ok for finding in findings if finding.essential)
    if as_json:
        record = {"healthy": healthy, "findings": [finding.to_dict() for finding in findings]}
        sys.stdout.write(json.dumps(record, allow_nan=False) + "\n")
    else:
        _print_verdict(findings)
    return healthy


def _print_title(title: str, *, first: bool) -> None:
    if not first:
        _write("")
    _write(title)


def _print_finding(finding: Finding) -> None:
    mark = "ok" if finding.ok else "FAILS" if finding.essential else "-"
    _write(f"  {mark:<6} {finding.name:<16} {finding.detail}")


def _print_verdict(findings: list[Finding]) -> None:
    failing = [finding.name for finding in findings if finding.essential and not finding.ok]
    _write("")
    _write(f"Earmark cannot work here: {', '.join(failing)}" if failing else "Earmark can work here.")


def _write(line: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    sys.stdout.flush()
