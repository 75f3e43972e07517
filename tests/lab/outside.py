"""What people saw from outside, at each of two sites: whether both can have taken writes at one time."""


def switches(records_by_site):
    """How often, at least, the site that acknowledges has changed: a write is begun only after one at the other site was acknowledged."""
    left = {site: sorted((record.ended, record.began) for record in records if record.outcome == "acknowledged")
            for site, records in records_by_site.items()}
    count, now, at = 0, None, float("-inf")
    while True:
        # The first to end among those that were begun behind the last one, at a site that is not the last one's.
        following = [(ended, site) for site, times in left.items() if site != now
                     for ended, began in (first(times, at),) if ended is not None]
        if not following:
            return max(count - 1, 0)
        at, now = min(following)
        count += 1


def first(times, after):
    """The first of these to end that was begun after this moment."""
    return next(((ended, began) for ended, began in times if began > after), (None, None))
