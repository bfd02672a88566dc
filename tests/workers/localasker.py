"""Workers in this process: every question goes through JSON, in any order, and may be asked twice."""

from collections.abc import Mapping, Sequence
from random import Random

from engines.keyed import DatasetEngines
from service.workers.host import Held, MakeEngines, answered
from service.workers.messages import Answer, Question, question_text, read_answer, read_question


class LocalAsker:
    """An ``Asker`` over a dictionary of what workers keep."""

    def __init__(self, chance: Random, *, again: float = 0.0, engines: MakeEngines = DatasetEngines) -> None:
        """``again`` is how often a question is asked twice (0..1)."""
        self._chance, self._again, self._engines = chance, again, engines
        self.kept: dict[str, Held] = {}
        self.questions = 0

    def ask(self, questions: Sequence[Question]) -> Mapping[str, Answer]:
        answers: dict[str, Answer] = {}
        for question in self._chance.sample(list(questions), len(questions)):
            answers[question.urn] = self._one(question)
            if self._chance.random() < self._again:
                assert self._one(question) == answers[question.urn]
        return answers

    def _one(self, question: Question) -> Answer:
        self.questions += 1
        asked = read_question(question_text(question))
        assert asked == question
        text, self.kept[asked.urn] = answered(asked, self.kept.get(asked.urn, Held()), self._engines)
        return read_answer(text)
