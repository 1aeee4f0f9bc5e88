"""Everything that runs livetoken on one machine; none of it is deployed."""
