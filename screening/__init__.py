"""案例智审 (case-screening): reads cases, holds them to a notice, finds reuse and topic fit, with evidence for every word."""

__version__ = "0.1.0"
