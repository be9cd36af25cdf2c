-- Credentials, token endpoints, Content-Type, paths: the gates before every operation.
local t = require "harness"
local box = require "sandbox_box"

local function me(authorization)
  local b = box.new "empty"
  return b:refused("GET", "/v1.0/me", nil, nil, { authorization = authorization })
end

local REFUSED = {
  { "no header", nil, 401, 20004 },
  { "a bare key", "abc", 401, 20004 },
  { "an empty key", "token ", 401, 20004 },
  { "a revoked key", "token revoked", 401, 20004 },
  { "an expired key", "token expired", 401, 20004 },
  { "a key sent as Bearer", "Bearer eyJhbGciOiJIUzI1NiJ9", 400, 200058 },
  { "a token without the scope", "Bearer sandbox-no-scope", 403, 200100 },
}

for _, case in ipairs(REFUSED) do
  t.test(case[1] .. " is refused with " .. case[4], function()
    local status, number = me(case[2])
    t.equal(status, case[3])
    t.equal(number, case[4])
  end)
end

t.test("any other key and the constant access token are let in", function()
  local b = box.new "empty"
  for _, authorization in ipairs { "token k", "Bearer sandbox-access-token" } do
    t.equal((b:call("GET", "/v1.0/me", nil, nil, { authorization = authorization })), 200, authorization)
  end
end)

-- The same grant in every place a client may put it: form, JSON, query, Basic header.
local GRANTS = {
  { "form", "/oauth/token", nil, "grant_type=client_credentials&client_id=a&client_secret=b%2Bc&customer_key=k" },
  { "JSON", "/oauth/token", nil,
    '{"grant_type":"client_credentials","client_id":"a","client_secret":"b","customer_key":"k"}' },
  { "query and Basic", "/api/user-web/oauth/token", { grant_type = "client_credentials", customer_key = "k" }, "",
    { authorization = "Basic YTpi" } },
}

for _, case in ipairs(GRANTS) do
  t.test("a token is issued for parameters in " .. case[1], function()
    local b = box.new "empty"
    local status, reply = b:call("POST", case[2], case[3], case[4], case[5] or {})
    t.equal(status, 200)
    t.equal(reply.token_type, "Bearer")
    t.equal(reply.scope, "openApi")
    t.equal(math.type(reply.expires_in), "integer")
    local headers = { authorization = "Bearer " .. reply.access_token }
    t.equal((b:call("GET", "/v1.0/me", nil, nil, headers)), 200)
    b:wait(reply.expires_in * 1000)
    t.equal((b:call("GET", "/v1.0/me", nil, nil, headers)), 401)
    local form = "grant_type=refresh_token&client_id=a&client_secret=b&refresh_token=" .. reply.refresh_token
    local again, fresh = b:call("POST", "/oauth/token", nil, form, {})
    t.equal(again, 200)
    t.ok(fresh.access_token ~= reply.access_token)
    t.equal(fresh.refresh_token, reply.refresh_token)
  end)
end

local function grant(b, form)
  return b:call("POST", "/oauth/token", nil, form, {})
end

t.test("a client's id says how long its tokens live", function()
  local b = box.new "empty"
  local _, reply = grant(b, "grant_type=client_credentials&client_id=lifetime-2&client_secret=b&customer_key=k")
  t.equal(reply.expires_in, 2)
  local headers = { authorization = "Bearer " .. reply.access_token }
  b:wait(1999)
  t.equal((b:call("GET", "/v1.0/me", nil, nil, headers)), 200)
  b:wait(1)
  t.equal((b:call("GET", "/v1.0/me", nil, nil, headers)), 401)
end)

t.test("a client's id says that its refresh tokens work once", function()
  local b = box.new "empty"
  local client = "&client_id=rotating&client_secret=b"
  local _, reply = grant(b, "grant_type=client_credentials&customer_key=k" .. client)
  local refresh = "grant_type=refresh_token" .. client .. "&refresh_token="
  local status, fresh = grant(b, refresh .. reply.refresh_token)
  t.equal(status, 200)
  t.ok(fresh.refresh_token ~= reply.refresh_token)
  t.equal((grant(b, refresh .. reply.refresh_token)), 400)
  t.equal((grant(b, refresh .. fresh.refresh_token)), 200)
end)

t.test("a refresh token is its client's, and asks for the secret that it was got with", function()
  local b = box.new "empty"
  local _, reply = grant(b, "grant_type=client_credentials&client_id=a&client_secret=b&customer_key=k")
  local refresh = "grant_type=refresh_token&refresh_token=" .. reply.refresh_token
  t.equal((grant(b, refresh .. "&client_id=other&client_secret=b")), 400)
  t.equal((grant(b, refresh .. "&client_id=a")), 401)
  t.equal((grant(b, refresh .. "&client_id=a&client_secret=b")), 200)
end)

local BAD_GRANTS = {
  { "grant_type=password&client_id=a&client_secret=b", 400 },
  { "grant_type=client_credentials&client_id=a&client_secret=b", 400 },
  { "grant_type=client_credentials&client_id=a&client_secret=wrong&customer_key=k", 401 },
  { "grant_type=client_credentials&customer_key=k", 401 },
  { "grant_type=refresh_token&client_id=a&client_secret=b&refresh_token=unknown", 400 },
  { "grant_type=authorization_code&client_id=a&client_secret=b&code=unknown", 400 },
}

t.test("bad grants are refused", function()
  local b = box.new "empty"
  for _, case in ipairs(BAD_GRANTS) do
    t.equal((b:call("POST", "/oauth/token", nil, case[1], {})), case[2], case[1])
  end
end)

t.test("Content-Type is demanded of POST, PUT and DELETE but not of GET", function()
  local b = box.new "demo"
  local bare = { authorization = "token k" }
  for _, call in ipairs { { "POST", "/v1.0/leads" }, { "PUT", "/v1.0/leads/651095960136641" },
    { "DELETE", "/v1.0/notes/1" }, { "POST", "/v2.0/tasks/1/finish" } } do
    local status, number = b:refused(call[1], call[2], nil, "{}", bare)
    t.equal(status, 400, call[2])
    t.equal(number, 20001, call[2])
  end
  t.equal((b:call("GET", "/v1.0/webhooks", nil, nil, bare)), 200)
  local charset = { authorization = "token k", ["content-type"] = "application/json; charset=utf-8" }
  local _, number = b:refused("POST", "/v1.0/leads", nil, "{}", charset)
  t.equal(number, 20012)
end)

t.test("unknown paths are 404 without a number, other methods 405", function()
  local b = box.new "empty"
  for _, path in ipairs { "/v1/leads", "/v2.0/leads", "/v1.0/webhook/1/x", "/" } do
    local status, number = b:refused("GET", path)
    t.equal(status, 404, path)
    t.equal(number, nil, path)
  end
  t.equal((b:refused("PUT", "/v1.0/webhooks", nil, "{}")), 405)
end)

t.test("bodies that are no JSON of the right kind are INVALID_PARAMETER", function()
  local b = box.new "empty"
  for _, body in ipairs { "", "{", "[]", '"x"', "null", "1", "{}x" } do
    local status, number = b:refused("POST", "/v1.0/leads", nil, body)
    t.equal(status, 400, body)
    t.equal(number, 20012, body)
  end
end)

t.test("numbers of our own are in nobody's catalogue", function()
  local catalogue = require "lofty.catalogue"
  local invented = 0
  for name, row in pairs(require("sandbox.wire").rows()) do
    if row.invented then
      invented = invented + 1
      t.equal(#catalogue.by_number(row.number), 0, name)
    end
  end
  t.ok(invented > 0)
end)

t.test("an unknown seed is told, not guessed", function()
  for _, seed in ipairs { "Demo", "large", "large:0", "large:1000001", "large:x" } do
    local made, message = require("sandbox").new { seed = seed, now = function() return 0 end }
    t.equal(made, nil, seed)
    t.matches(message, "unknown sandbox seed")
  end
end)

