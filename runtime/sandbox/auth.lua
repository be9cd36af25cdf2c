--- Who may call, and the OAuth token endpoints.

local json = require "native.json"
local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local consent = require "sandbox.consent"

local M = {}

M.ACCESS_TOKEN = "sandbox-access-token"
M.NO_SCOPE_TOKEN = "sandbox-no-scope"
M.REFRESH_TOKEN = "sandbox-refresh-token"
M.LIFETIME_S = 3600

-- Keys and secrets that never work, for trying out failures.
local DEAD = { revoked = true, expired = true, wrong = true }

-- A key with this word in it, or an OAuth token issued for one, may manage nothing: neither routing nor offices nor
-- agents nor what belongs to others.
local LIMITED = "limited"

--- Lets the request pass or refuses it. An API key goes with the word `token`, an OAuth token with `Bearer`;
--- a key sent as Bearer is 200058, not 401.
---@param store table
---@param headers table<string, string>
---@return boolean is_limited whether the credential's permissions are those of an agent who manages nothing
function M.check(store, headers)
  local scheme, credential = (headers["authorization"] or ""):match("^%s*(%S+)%s+(%S.*)$")
  scheme = scheme and scheme:lower()
  if scheme == "token" then
    wire.demand(not DEAD[credential], "BAD_CREDENTIALS")
  elseif scheme == "bearer" then
    local expires = store.tokens[credential]
    if credential == M.NO_SCOPE_TOKEN then
      wire.refuse("NO_SCOPE")
    elseif expires then
      wire.demand(store.now() < expires, "BAD_CREDENTIALS")
    elseif credential ~= M.ACCESS_TOKEN then
      wire.refuse("NO_SUCH_USER")
    end
  else
    wire.refuse("BAD_CREDENTIALS")
  end
  return credential:lower():find(LIMITED, 1, true) ~= nil
end

-- Body fields over query fields: both places are documented, and clients use either.
local function fields_of(request)
  local fields = {}
  for _, pair in ipairs(request.query) do
    fields[pair[1]] = pair[2]
  end
  local body = request.body or ""
  local decoded
  if body:find("^%s*{") then
    decoded = json.decode(body)
    wire.demand(type(decoded) == "table", "INVALID_PARAMETER")
  else
    decoded = codec.form_decode(body)
  end
  for name, value in pairs(decoded) do
    fields[name] = type(value) == "string" and value or nil
  end
  return fields
end

-- Client id and secret from the Basic header or from the fields.
local function client_of(request, fields)
  local basic = (request.headers["authorization"] or ""):match("^[Bb]asic%s+(%S+)$")
  local plain = basic and codec.base64_decode(basic)
  if plain then
    return plain:match("^([^:]*):(.*)$")
  end
  return fields.client_id, fields.client_secret
end

local function filled(text)
  return type(text) == "string" and not codec.is_blank(text)
end

-- The error body of OAuth itself (RFC 6749, 5.2); what Lofty really sends here is not known.
local function oauth_error(status, name, description)
  return wire.json(status, { error = name, error_description = description })
end

-- Tells how long a token lives and whether its refresh token works once: by words in the client id, `lifetime-2` for
-- two seconds and `rotating`, so that both can be tried without waiting for an hour.
local function habits_of(client_id)
  local seconds = client_id:match("lifetime%-(%d+)")
  return seconds and math.tointeger(tonumber(seconds)) or M.LIFETIME_S, client_id:find("rotating", 1, true) ~= nil
end

local function issue(store, fields, refresh_token, is_limited)
  local lifetime, rotates = habits_of(fields.client_id)
  local serial = (store.counters.token or 0) + 1
  store.counters.token = serial
  local kind = is_limited and LIMITED .. "-" or ""
  local access = string.format("sandbox-issued-%s%d-%x", kind, serial, store.now() + serial * 7919)
  if rotates and refresh_token then
    store.refresh_tokens[refresh_token] = nil
    refresh_token = nil
  end
  refresh_token = refresh_token
    or string.format("sandbox-refresh-%s%d-%x", kind, serial, store.now() + serial * 6007)
  store.tokens[access] = store.now() + lifetime * 1000
  store.refresh_tokens[refresh_token] = { client_id = fields.client_id, is_public = not fields.has_secret }
  return wire.json(200, {
    access_token = access,
    refresh_token = refresh_token,
    expires_in = lifetime,
    token_type = "Bearer",
    scope = "openApi",
  })
end

local grants = {}

function grants.client_credentials(store, fields)
  if not filled(fields.customer_key) or DEAD[fields.customer_key] then
    return oauth_error(400, "invalid_grant", "customer_key is missing or no longer active")
  end
  return issue(store, fields, nil, fields.customer_key:lower():find(LIMITED, 1, true) ~= nil)
end

function grants.refresh_token(store, fields)
  local token = fields.refresh_token
  local known = store.refresh_tokens[token or ""] or token == M.REFRESH_TOKEN and { client_id = fields.client_id }
  if not known or known.client_id ~= fields.client_id then
    return oauth_error(400, "invalid_grant", "refresh_token is unknown or expired")
  end
  return issue(store, fields, token, token:find(LIMITED, 1, true) ~= nil)
end

function grants.authorization_code(store, fields)
  local problem = consent.redeem(store, fields)
  if problem then
    return oauth_error(400, "invalid_grant", problem)
  end
  return issue(store, fields)
end

--- POST /oauth/token and POST /api/user-web/oauth/token. Any client id with any secret is known, except the secrets
--- `wrong`, `revoked` and `expired`; a code exchange with a verifier (PKCE) needs no secret, nor does the refresh of a
--- token that was got without one. Codes come from consent.lua.
---@param store table
---@param request table
---@return integer status, table headers, string body
function M.token(store, request)
  local fields = fields_of(request)
  local grant = grants[fields.grant_type or ""]
  if not grant then
    return oauth_error(400, "unsupported_grant_type", "grant_type is missing or not supported")
  end
  local id, secret = client_of(request, fields)
  local known = store.refresh_tokens[fields.refresh_token or ""]
  local needs_none = fields.grant_type == "authorization_code" and filled(fields.code_verifier)
    or fields.grant_type == "refresh_token" and known and known.is_public
  if not filled(id) or (not filled(secret) and not needs_none) or DEAD[secret] then
    return oauth_error(401, "invalid_client", "client authentication failed")
  end
  fields.client_id, fields.has_secret = id, filled(secret)
  return grant(store, fields)
end

return M
