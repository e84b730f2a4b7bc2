import pytest
from autobahn.twisted.websocket import WebSocketServerProtocol

from realtime.tickets import Close


@pytest.mark.parametrize("code", Close)
def test_daphne_sends_each_code(code):
    line = WebSocketServerProtocol()
    line.state = line.STATE_OPEN
    sent = []
    line.sendCloseFrame = lambda code, *_, **__: sent.append(code)

    line.sendClose(int(code))

    assert [code] == sent
