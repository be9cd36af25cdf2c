-- The consent page, its codes, and what they are bound to: client, redirect address, challenge, time, one use.
local t = require "harness"
local box = require "sandbox_box"
local text = require "native.text"
local codec = require "sandbox.codec"

-- RFC 7636, appendix B.
local VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
local CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
local URI = "http://127.0.0.1:8976/callback"
local PAGE = "/page/vendor-auth.html"

-- Asks for leave; returns the status, and the address and the fields that the browser is sent to.
local function consent(b, changes)
  local query = {
    clientId = "app", client_id = "app", response_type = "code", redirect_uri = URI, state = "s/1",
    code_challenge = CHALLENGE, code_challenge_method = "S256",
  }
  for name, value in pairs(changes or {}) do
    query[name] = value or nil
  end
  local pairs_list = {}
  for name, value in pairs(query) do
    pairs_list[#pairs_list + 1] = { name, value }
  end
  local status, headers = b.box:handle { method = "GET", path = PAGE, query = pairs_list, headers = {}, body = "" }
  local address, sent = (headers.location or ""):match("^([^?]*)%??(.*)$")
  return status, address, codec.form_decode(sent)
end

-- Exchanges a code at one of the endpoints; returns the status and the error or the access token.
local function exchange(b, code, changes, path)
  local form = {
    grant_type = "authorization_code", code = code, client_id = "app", redirect_uri = URI, code_verifier = VERIFIER,
  }
  for name, value in pairs(changes or {}) do
    form[name] = value or nil
  end
  local parts = {}
  for name, value in pairs(form) do
    parts[#parts + 1] = name .. "=" .. text.percent_encode(value)
  end
  local status, reply = b:call("POST", path or "/oauth/token", nil, table.concat(parts, "&"), {})
  return status, reply.error or reply.access_token, reply
end

t.test("the browser is sent back with a code and the state, and the code gives tokens at both endpoints", function()
  for _, path in ipairs { "/oauth/token", "/api/user-web/oauth/token" } do
    local b = box.new "empty"
    local status, address, sent = consent(b)
    t.equal(status, 302)
    t.equal(address, URI)
    t.equal(sent.state, "s/1")
    t.equal(sent.error, nil)
    local granted, token, reply = exchange(b, sent.code, nil, path)
    t.equal(granted, 200, path)
    t.equal(reply.token_type, "Bearer")
    t.ok(#reply.refresh_token > 0)
    t.equal((b:call("GET", "/v1.0/me", nil, nil, { authorization = "Bearer " .. token })), 200)
  end
end)

t.test("a redirect address keeps its own query", function()
  local _, address, sent = consent(box.new "empty", { redirect_uri = "https://app.example.com/x?lang=en" })
  t.equal(address, "https://app.example.com/x")
  t.equal(sent.lang, "en")
  t.ok(sent.code)
end)

t.test("a code is good once, also where the first try was wrong", function()
  local b = box.new "empty"
  local _, _, sent = consent(b)
  t.equal((exchange(b, sent.code)), 200)
  t.equal(select(2, exchange(b, sent.code)), "invalid_grant")
  _, _, sent = consent(b)
  t.equal(select(2, exchange(b, sent.code, { code_verifier = VERIFIER .. "x" })), "invalid_grant")
  t.equal(select(2, exchange(b, sent.code)), "invalid_grant")
end)

t.test("a code lives a minute", function()
  local b = box.new "empty"
  local _, _, sent = consent(b)
  b:wait(59999)
  t.equal((exchange(b, sent.code)), 200)
  _, _, sent = consent(b)
  b:wait(60000)
  t.equal(select(2, exchange(b, sent.code)), "invalid_grant")
end)

local WRONG = {
  { "another verifier", { code_verifier = ("a"):rep(43) } },
  { "the challenge as verifier, as with plain", { code_verifier = CHALLENGE } },
  { "no verifier, with a secret", { code_verifier = false, client_secret = "s" } },
  { "another client", { client_id = "other" } },
  { "another redirect address", { redirect_uri = URI .. "/" } },
  { "no redirect address", { redirect_uri = false } },
  { "an unknown code", { code = "c1" } },
  { "no code", { code = false } },
}

for _, case in ipairs(WRONG) do
  t.test("a code with " .. case[1] .. " is refused", function()
    local b = box.new "empty"
    local _, _, sent = consent(b)
    local status, problem = exchange(b, sent.code, case[2])
    t.equal(status, 400)
    t.equal(problem, "invalid_grant")
  end)
end

t.test("neither secret nor verifier is no client at all", function()
  local b = box.new "empty"
  local _, _, sent = consent(b)
  local status, problem = exchange(b, sent.code, { code_verifier = false })
  t.equal(status, 401)
  t.equal(problem, "invalid_client")
end)

t.test("a confidential client may leave PKCE out, but then brings no verifier", function()
  local b = box.new "empty"
  local without = { code_challenge = false, code_challenge_method = false }
  local _, _, sent = consent(b, without)
  t.equal((exchange(b, sent.code, { code_verifier = false, client_secret = "s" })), 200)
  _, _, sent = consent(b, without)
  t.equal(select(2, exchange(b, sent.code, { client_secret = "s" })), "invalid_grant")
end)

t.test("a confidential client with PKCE brings both", function()
  local b = box.new "empty"
  local _, _, sent = consent(b)
  t.equal((exchange(b, sent.code, { client_secret = "s" })), 200)
  _, _, sent = consent(b)
  t.equal(select(2, exchange(b, sent.code, { client_secret = "wrong" })), "invalid_client")
end)

local ERRORS = {
  { { clientId = "denied-app", client_id = false }, "access_denied" },
  { { code_challenge_method = "plain" }, "invalid_request" },
  { { code_challenge_method = false }, "invalid_request" },
  { { code_challenge = false }, "invalid_request" },
  { { response_type = "token" }, "unsupported_response_type" },
}

for _, case in ipairs(ERRORS) do
  t.test("the browser is sent back with " .. case[2], function()
    local status, address, sent = consent(box.new "empty", case[1])
    t.equal(status, 302)
    t.equal(address, URI)
    t.equal(sent.error, case[2])
    t.equal(sent.state, "s/1")
    t.equal(sent.code, nil)
  end)
end

t.test("a stateless client gets no state back, allowed or not", function()
  local b = box.new "empty"
  local _, _, sent = consent(b, { clientId = "stateless", client_id = false })
  t.ok(sent.code)
  t.equal(sent.state, nil)
  _, _, sent = consent(b, { clientId = "stateless-denied", client_id = false })
  t.equal(sent.error, "access_denied")
  t.equal(sent.state, nil)
end)

t.test("Lofty's own spelling is enough, with a redirect address", function()
  local b = box.new "empty"
  local _, _, sent = consent(b, { client_id = false, response_type = false, state = false })
  t.equal((exchange(b, sent.code)), 200)
end)

t.test("the browser stays where no address is fit to be sent to", function()
  local b = box.new "empty"
  for _, changes in ipairs { { redirect_uri = false }, { redirect_uri = "/x" }, { redirect_uri = "javascript:alert(1)" },
    { redirect_uri = "https://app.example.com/#x" }, { clientId = false }, { client_id = "other" } } do
    t.equal((consent(b, changes)), 400)
  end
  t.equal((b:refused("POST", PAGE, nil, "")), 405)
end)

t.test("digests and their spelling", function()
  local digest = require "native.digest"
  t.equal(#digest.sha256("a\0b"), 32)
  t.equal(digest.base64url(digest.sha256(VERIFIER)), CHALLENGE)
  t.equal(digest.base64url(""), "")
  t.equal(digest.base64url("\xFB\xFF\xBF\0"), "-_-_AA")
end)

