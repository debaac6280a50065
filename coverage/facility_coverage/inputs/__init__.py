"""What a user has, read and checked: streets, subdistricts, facilities, people."""
