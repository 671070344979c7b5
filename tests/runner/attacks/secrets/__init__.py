"""Reading what is not the job's."""
