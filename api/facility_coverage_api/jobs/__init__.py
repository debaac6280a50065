"""Work that takes longer than a request: what can be asked, who does it, how it stands."""
