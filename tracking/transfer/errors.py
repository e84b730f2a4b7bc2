class ImportProblem(Exception):
    """Why a file is not imported, as a sentence for its owner."""
