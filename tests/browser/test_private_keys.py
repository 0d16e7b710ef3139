"""Private keys stay in the browser, however they get into a field that is watched."""

from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

SCRIPT = Path(__file__).parents[2] / "static" / "js" / "private.mjs"
PEM = "-----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY-----"
PUBLIC = "-----BEGIN PUBLIC KEY-----\nMFk\n-----END PUBLIC KEY-----"
FORM = """
<form novalidate>
  <div class="ds-field">
    <textarea name="key" data-private-stop></textarea>
    <p data-private-stopped hidden>Dette er en privat nøkkel</p>
  </div>
  <div class="ds-field">
    <input type="file" name="file" data-private-stop>
    <p data-private-stopped hidden>Dette er en privat nøkkel</p>
  </div>
  <textarea name="notes"></textarea>
  <button>Send</button>
</form>
<p id="sent"></p>
"""
# Stands in for the browser's own sending, and for htmx: both come after the capture phase.
SENDING = """() => {
  document.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const data = new FormData(event.target);
    const sent = `sent ${data.get("key")}${data.get("file").name};`;
    document.getElementById("sent").textContent += sent;
  });
}"""


@pytest.fixture
def form(page: Page) -> Page:
    page.set_content(FORM)
    page.add_script_tag(content=SCRIPT.read_text(), type="module")
    page.evaluate(SENDING)
    return page


def file(content: str, name: str = "key.pem") -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": content.encode()}


@pytest.mark.parametrize(
    "text",
    [
        PEM,
        PEM.replace("EC ", ""),
        PEM.replace("EC ", "ENCRYPTED "),
        '{"kty": "EC", "x": "1", "d" : "2"}',
        '{"keys": [{"kty":"RSA","n":"1"}, {"kty":"RSA","n":"1","qi":"2"}]}',
        '{"kty":"oct","k":"1"}',
        "<RSAKeyValue><Modulus>1</Modulus><D>2</D></RSAKeyValue>",
    ],
)
def test_private_key_in_text_is_emptied_and_never_sent(form: Page, text: str) -> None:
    form.fill("[name=key]", text)
    form.click("button")

    expect(form.locator("[data-private-stopped]").first).to_be_visible()
    assert form.input_value("[name=key]") == ""
    assert form.get_attribute("[name=key]", "aria-invalid") == "true"
    assert PEM not in form.inner_text("#sent")
    assert form.inner_text("#sent") == "sent ;"


@pytest.mark.parametrize("text", [PUBLIC, '{"kty":"RSA","n":"1","e":"AQAB"}', "d: 12, p: 13"])
def test_public_key_is_left_alone(form: Page, text: str) -> None:
    form.fill("[name=key]", text)
    form.click("button")

    expect(form.locator("#sent")).to_contain_text("sent ")
    assert form.input_value("[name=key]") == text
    expect(form.locator("[data-private-stopped]").first).to_be_hidden()


def test_text_that_a_script_put_there_is_stopped_at_the_submit(form: Page) -> None:
    form.evaluate("pem => { document.querySelector('[name=key]').value = pem; }", PEM)

    form.click("button")

    expect(form.locator("[data-private-stopped]").first).to_be_visible()
    assert form.inner_text("#sent") == ""


def test_message_goes_when_a_public_key_comes_instead(form: Page) -> None:
    form.fill("[name=key]", PEM)
    expect(form.locator("[data-private-stopped]").first).to_be_visible()

    form.fill("[name=key]", PUBLIC)

    expect(form.locator("[data-private-stopped]").first).to_be_hidden()
    assert form.get_attribute("[name=key]", "aria-invalid") is None


@pytest.mark.parametrize("chosen", [file(PEM), file("binary", "store.p12")], ids=["pem", "p12"])
def test_file_with_a_private_key_is_let_go(form: Page, chosen: FilePayload) -> None:
    form.set_input_files("[name=file]", [chosen])

    expect(form.locator("[data-private-stopped]").nth(1)).to_be_visible()
    assert form.evaluate("document.querySelector('[name=file]').files.length") == 0


def test_file_with_a_public_key_is_sent_once_it_has_been_read(form: Page) -> None:
    form.set_input_files("[name=file]", [file(PUBLIC)])
    form.click("button")

    expect(form.locator("#sent")).to_have_text("sent key.pem;")


def test_submit_in_the_same_breath_does_not_outrun_the_reading(form: Page) -> None:
    form.evaluate(
        """pem => {
          const field = document.querySelector("[name=file]");
          const files = new DataTransfer();
          files.items.add(new File([pem], "key.pem"));
          field.files = files.files;
          field.dispatchEvent(new Event("change", { bubbles: true }));
          field.form.requestSubmit();
        }""",
        PEM,
    )

    expect(form.locator("[data-private-stopped]").nth(1)).to_be_visible()
    assert form.inner_text("#sent") == ""


def test_fields_that_are_not_watched_are_left_alone(form: Page) -> None:
    form.fill("[name=notes]", PEM)
    form.click("button")

    expect(form.locator("#sent")).to_have_text("sent ;")
    assert form.input_value("[name=notes]") == PEM
