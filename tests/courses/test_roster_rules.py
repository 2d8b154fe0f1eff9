"""What a roster file says, without a database."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from courses.addresses import is_email, is_web_address
from courses.rules.csvfile import MAX_BYTES, MAX_LINES, Problem, decode, shown
from courses.rules.roster import RosterRow, read_roster
from courses.wording import reason_of, remedy_of

HEAD = "team,email,name,role,repository,url\n"


def read(text):
    return read_roster(text, is_email=is_email, is_url=is_web_address)


def problems(text):
    return [(p.line, p.column, reason_of(p)) for p in read(text).problems]


def test_a_full_line():
    roster = read(
        HEAD + "Team 1,ADA@example.org, Ada  Lovelace ,Tutor,course/team-1,https://a.example.org/x\n"
    )
    assert not roster.problems
    assert roster.rows == [
        RosterRow(
            2,
            "Team 1",
            "ada@example.org",
            "Ada Lovelace",
            "tutor",
            "course/team-1",
            "https://a.example.org/x",
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffteam;email\nA;a@example.org\n",
        "TEAM , E-Mail\r\nA,a@example.org\r\n",
        '\n\n"team","member e-mail"\n\n"A","a@example.org"\n,\n',
        "email,team,,\na@example.org,A,,\n",
        "team,email,role\nA,a@example.org,\n",
    ],
)
def test_spellings_of_one_file(text):
    roster = read(text)
    assert not roster.problems
    assert [(row.team, row.email, row.role) for row in roster.rows] == [("A", "a@example.org", "student")]


def test_lines_are_counted_as_an_editor_does():
    text = HEAD + '\n"Team\n1",a@example.org,,,,\nTeam 2,nonsense,,,,\n'
    assert problems(text) == [(5, "email", "This is not an e-mail address.")]


def test_a_team_alone():
    assert read(HEAD + "Team 1,,,,g/p,\n").rows == [RosterRow(2, "Team 1", repository="g/p")]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (",a@example.org,,,,", "team", "The team is missing."),
        ("A,,Ada,,,", "email", "The e-mail address is missing."),
        ("A,,,tutor,,", "email", "The e-mail address is missing."),
        ("A,a@b,,,,", "email", "This is not an e-mail address."),
        ("A,ä@example.org,,,,", "email", "This is not an e-mail address."),
        ("A,a@example.org,,lecturer,,", "role", "There is no such role here."),
        ("A,a@example.org,,,https://x/y,", "repository", "This is not the path of a repository."),
        ("A,a@example.org,,,,ftp://x.example.org", "url", "This is not the address of a web page."),
        ("A,a@example.org,,,,https://u:p@x.example.org", "url", "This is not the address of a web page."),
        ("A,a@example.org,,,,javascript:alert(1)", "url", "This is not the address of a web page."),
        ("A,a@example.org,,,,,more", "", "The cell belongs to no column."),
        (f"{'A' * 121},a@example.org,,,,", "team", "This is longer than 120 characters."),
        (f"A,a@example.org,{'A' * 151},,,", "name", "This is longer than 150 characters."),
        (f"A,a@example.org,,,g/{'p' * 254},", "repository", "This is longer than 255 characters."),
        (
            f"A,a@example.org,,,,https://x.example.org/{'p' * 500}",
            "url",
            "This is longer than 500 characters.",
        ),
        ("A\x07,a@example.org,,,,", "team", "This holds a control character."),
        ("A,a@example.org,\ud800,,,", "name", "This holds a control character."),
    ],
)
def test_a_line_that_cannot_be_used(line, column, reason):
    assert problems(HEAD + line + "\n") == [(2, column, reason)]


@pytest.mark.parametrize(
    ("first", "second", "column", "reason"),
    [
        ("A,a@example.org,,,,", "a,A@example.org,,,,", "email", "Line 2 says the same."),
        ("A,a@example.org,,,,", "B,a@example.org,,,,", "team", "Line 2 puts this student into “A”."),
        ("A,a@example.org,,,,", "A,a@example.org,,tutor,,", "role", "Line 2 makes this person a student."),
        (
            "A,a@example.org,X,tutor,,",
            "B,a@example.org,Y,tutor,,",
            "name",
            "Line 2 gives this address another name.",
        ),
        (
            "Team A,,,,,",
            "Team-A,,,,,",
            "team",
            "The address of this team would be that of “Team A” in line 2.",
        ),
        ("A,,,,g/p,", "A,a@example.org,,,g/q,", "repository", "Line 2 gives this team another one."),
        ("A,,,,g/p,", "B,,,,G/P,", "repository", "Line 2 gives this one to “A”."),
        (
            "A,,,,,http://a.example.org",
            "A,b@example.org,,,,http://b.example.org",
            "url",
            "Line 2 gives this team another address.",
        ),
    ],
)
def test_lines_that_contradict_each_other(first, second, column, reason):
    assert (3, column, reason) in problems(f"{HEAD}{first}\n{second}\n")


def test_a_tutor_of_two_teams_is_fine():
    assert not problems(HEAD + "A,t@example.org,T,tutor,,\nB,t@example.org,,tutor,,\n")


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("", 0, "", "The file is empty."),
        (" \n,,\n", 0, "", "The file is empty."),
        ("team,email\n", 0, "", "The file has no line below its header."),
        ("team,phone\nA,1\n", 1, "phone", "There is no such column."),
        ("team\nA\n", 1, "email", "The column is missing."),
        ("team,email,E-MAIL\n", 1, "email", "The column stands here twice."),
        ("\nteam\temail\n", 2, "team email", "There is no such column."),
        ('team,email\nA,"a@example.org\n', 2, "", "The line is not valid CSV: unexpected end of data."),
        ('team,email\n"A"x,a@example.org\n', 2, "", "The line is not valid CSV: ',' expected after '\"'."),
    ],
)
def test_a_file_that_cannot_be_used(text, line, column, reason):
    assert (line, column, reason) in problems(text)


def test_too_many_lines():
    line = "A,,,,,\n"
    assert problems(HEAD + line * (MAX_LINES + 1))[0][2] == "The file has too many lines."
    assert "too many" not in str(problems(HEAD + line * MAX_LINES))


def test_a_formula_is_a_name():
    roster = read(HEAD + "=HYPERLINK(1),a@example.org,@SUM(1),,,\n")
    assert not roster.problems
    assert roster.rows[0].team == "=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        ("team;email".encode("utf-16"), 0, "The file is in UTF-16, not in UTF-8."),
        (b"team,email\nA\0,b", 2, "The file holds a NUL byte, so it is not a text file."),
        ("team,email\nÄ,b".encode("latin-1"), 2, "The file is not in UTF-8."),
        (b"x" * (MAX_BYTES + 1), 0, "The file is larger than 1 MB."),
    ],
)
def test_bytes_that_are_no_text(data, line, reason):
    problem = decode(data)
    assert isinstance(problem, Problem)
    assert (problem.line, reason_of(problem)) == (line, reason)
    assert remedy_of(problem)


def test_text_with_and_without_a_mark():
    assert decode("Ä".encode("utf-8-sig")) == decode("Ä".encode()) == "Ä"


def test_shown_values_are_short_and_visible():
    assert shown("a\x00b\u202ec") == "a·b·c"
    assert len(shown("x" * 1000)) == 60


cells = st.text(max_size=12) | st.sampled_from(
    ["A", "B", "a@example.org", "student", "tutor", "g/p", "https://x.example.org", "=1", '"', "\ud800", "\0"]
)
tables = st.lists(st.lists(cells, max_size=8).map(",".join), max_size=8).map("\n".join)


@given(st.text() | tables | tables.map(lambda table: HEAD + table))
@example("team,email\n\0")
@example("\r\r")
def test_no_text_is_too_strange(text):
    roster = read(text)
    assert roster.rows or roster.problems
    for problem in roster.problems:
        assert reason_of(problem)
        assert remedy_of(problem)
        assert len(problem.value) <= 60
        str(problem).encode()


@given(st.binary())
def test_no_bytes_are_too_strange(data):
    text = decode(data)
    assert isinstance(text, str | Problem)
