"""What recordings say about agents: every episode scored, counted, and the failures shown."""
