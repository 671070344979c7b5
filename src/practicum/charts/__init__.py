"""Charts as SVG and HTML, drawn on the server for course pages and for the lab's report."""
