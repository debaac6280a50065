"""What the service keeps: studies, uploads and jobs in a database, files by their content."""
