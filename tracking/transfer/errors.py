from collections.abc import Sequence


class ImportProblem(Exception):
    """Why a file is not imported, as a sentence for its owner."""


class Undecided(ImportProblem):
    """That a person has to choose. `choices` are the values of an option, and what they mean."""

    def __init__(self, problem: str, option: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__(problem)
        self.option = option
        self.choices = choices
