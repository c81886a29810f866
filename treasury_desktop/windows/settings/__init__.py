"""Settings: appearance, and the workspace's own facts."""
