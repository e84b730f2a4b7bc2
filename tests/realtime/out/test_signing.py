import base64
from datetime import UTC, datetime

from realtime.out import signing


def test_signature_is_that_of_the_standards_example():
    """In the tests of the libraries at https://github.com/standard-webhooks/standard-webhooks."""
    assert "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" == signing.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        b'{"test": 2432232314}',
    )


def test_message_is_signed_with_each_secret():
    one, two = signing.new_secret(), signing.new_secret()
    now = datetime(2026, 3, 10, 12, tzinfo=UTC)

    assert {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1773144000",
        "webhook-signature": " ".join(
            signing.signature(each, "msg_1", "1773144000", b"{}") for each in (one, two)
        ),
    } == signing.headers([one, two], "msg_1", now, b"{}")


def test_secrets_are_long_and_all_different():
    found = [signing.new_secret() for _ in range(10)]

    assert 10 == len(set(found))
    assert {32} == {len(base64.b64decode(each.removeprefix("whsec_"))) for each in found}
