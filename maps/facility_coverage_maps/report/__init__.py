"""The report of a study: a page for the browser, the same on paper, in Chinese and English."""
