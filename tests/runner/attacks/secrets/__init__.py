"""Reading what does not belong to the job."""
