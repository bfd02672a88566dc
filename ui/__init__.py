"""The incident explorer: a Streamlit page that talks to the REST API and nothing else."""
