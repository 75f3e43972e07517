#!/usr/bin/env python3
"""Reads benchmark records (one JSON object a line) and prints them for people."""
import json
import sys

for line in sys.stdin:
    record = json.loads(line)
    print("{name:<12} ours {ours:>12} {unit:<8} {peer_name} {peer:>12} {unit:<8} ratio {ratio}".format(**record))
