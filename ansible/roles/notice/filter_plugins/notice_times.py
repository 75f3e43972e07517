"""Times as people are told them."""
import datetime
import zoneinfo


def notice_time(stamp, zone="Etc/UTC"):
    """2026-11-30T21:20:05Z as "2026-11-30 21:20:05 UTC (22:20:05 Europe/Paris)"; the day stands there once more where it is another."""
    if not stamp:
        return ""
    moment = datetime.datetime.fromisoformat(str(stamp).replace("Z", "+00:00"))
    said = f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    try:
        there = moment.astimezone(zoneinfo.ZoneInfo(str(zone)))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return said
    if there.utcoffset() == datetime.timedelta(0):
        return said
    return f"{said} ({there:{'%H:%M:%S' if there.date() == moment.date() else '%Y-%m-%d %H:%M:%S'}} {zone})"


class FilterModule:
    """What templates of this role may use."""

    def filters(self):
        return {"notice_time": notice_time}
