"""Answers, for each line `{"pattern": …, "names": […]}` of its input, what Python's re.match(IGNORECASE) says.

Prints Python's version, then for each line which names match, or why the pattern is none, or null where Python has no
answer: it calls what it meets a fault of its own, or is not done within a second.
"""

import json
import re
import signal
import sys
import warnings


def give_up(_signal, _frame):
    raise TimeoutError


def answer(pattern, names):
    try:
        regex = re.compile(pattern, re.IGNORECASE)
        return [regex.match(name) is not None for name in names]
    except (re.error, OverflowError, ValueError, RecursionError) as error:
        return str(error)
    except (SystemError, TimeoutError):
        return None


warnings.simplefilter("ignore")
timer = getattr(signal, "setitimer", None)
if timer is not None:
    signal.signal(signal.SIGALRM, give_up)
print(json.dumps(list(sys.version_info[:3])))
for line in sys.stdin:
    case = json.loads(line)
    if timer is not None:
        timer(signal.ITIMER_REAL, 1)
    said = answer(case["pattern"], case["names"])
    if timer is not None:
        timer(signal.ITIMER_REAL, 0)
    print(json.dumps(said))
