# SPDX-License-Identifier: GPL-3.0-or-later
"""Signalbox's numerical engine: one job per process, see PROTOCOL.md beside this package."""

PROTOCOL = 1
