"""Pages, feeds, API and metrics over an archive: `web.app.create_app`."""
