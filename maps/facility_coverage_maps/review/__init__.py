"""The review sheet of a proposal as a page: HTML and PDF, in Chinese and English."""
