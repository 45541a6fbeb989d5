"""From outlets to pages: catalogue, discovery, polite fetching, archive and replay. May import `pipelines`."""
