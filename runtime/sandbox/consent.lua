--- The page where a person allows an application access, and the authorization codes it gives (RFC 6749, RFC 7636).
--- Nobody is asked here: it allows at once. A client id with the word "denied" in it is refused, one with "stateless"
--- gets no state back, as Lofty documents none. Lofty's page takes the client as `clientId`.

local codec = require "sandbox.codec"
local digest = require "native.digest"
local text = require "native.text"

local M = {}

M.PATH = "/page/vendor-auth.html"
-- RFC 6749 recommends ten minutes at most.
M.LIFETIME_S = 60

local function filled(value)
  return type(value) == "string" and not codec.is_blank(value)
end

-- What is wrong with the request is told here, not to an address that may be somebody else's.
local function problem_page(message)
  local page = "<!doctype html><title>Authorization</title><p>" .. message .. "</p>\n"
  return 400, { ["content-type"] = "text/html;charset=UTF-8" }, page
end

local function redirect(uri, fields)
  local parts = {}
  for i, field in ipairs(fields) do
    parts[i] = field[1] .. "=" .. text.percent_encode(field[2])
  end
  local separator = uri:find("?", 1, true) and "&" or "?"
  local headers = { location = uri .. separator .. table.concat(parts, "&"), ["cache-control"] = "no-store" }
  return 302, headers, ""
end

-- The error of RFC 6749, 4.1.2.1, that this request meets, or nil.
local function refusal(fields, client)
  if fields.response_type and fields.response_type ~= "code" then
    return "unsupported_response_type"
  elseif fields.code_challenge and fields.code_challenge_method ~= "S256" then
    return "invalid_request" -- `plain`, also by leaving it out, hides nothing
  elseif fields.code_challenge_method and not fields.code_challenge then
    return "invalid_request"
  end
  return client:lower():find("denied", 1, true) and "access_denied" or nil
end

local function issue(store, client, fields)
  local serial = (store.counters.code or 0) + 1
  store.counters.code = serial
  -- With characters that a client has to encode again.
  local code = string.format("sandbox/code+%d=%x&", serial, store.now() + serial * 7907)
  store.codes[code] = {
    client = client,
    redirect_uri = fields.redirect_uri,
    challenge = fields.code_challenge,
    expires = store.now() + M.LIFETIME_S * 1000,
  }
  return code
end

--- GET /page/vendor-auth.html: allows, and sends the browser back with a code.
---@param store table
---@param query table the decoded pairs
---@return integer status, table headers, string body
function M.page(store, query)
  local fields = {}
  for _, pair in ipairs(query) do
    fields[pair[1]] = filled(pair[2]) and pair[2] or nil
  end
  local client, uri = fields.clientId, fields.redirect_uri
  if not client or (fields.client_id and fields.client_id ~= client) then
    return problem_page("clientId is missing, or not the client_id beside it.")
  elseif not uri or not uri:find("^https?://[^%s#]+$") then
    return problem_page("redirect_uri is missing, or no address that a browser can be sent to.")
  end
  local state = fields.state and not client:lower():find("stateless", 1, true) and { "state", fields.state } or nil
  local problem = refusal(fields, client)
  if problem then
    return redirect(uri, { { "error", problem }, state })
  end
  return redirect(uri, { { "code", issue(store, client, fields) }, state })
end

-- RFC 7636, 4.6. A verifier without a challenge is refused too: somebody has taken the challenge out on the way.
local function proves(verifier, challenge)
  if not challenge then
    return not verifier
  end
  return filled(verifier) and #verifier >= 43 and #verifier <= 128 and not verifier:find("[^%w%-._~]")
    and digest.base64url(digest.sha256(verifier)) == challenge
end

--- Takes a code for tokens. It is used up by that, also where something else is wrong.
---@param store table
---@param fields table<string, string> of the token request, client_id among them
---@return string|nil problem what is wrong, nil where the code is good
function M.redeem(store, fields)
  local given = store.codes[fields.code or ""]
  if not given then
    return "code is missing, unknown or already used"
  end
  store.codes[fields.code] = nil
  if store.now() >= given.expires then
    return "code is expired"
  elseif fields.client_id ~= given.client then
    return "code was given to another client"
  elseif fields.redirect_uri ~= given.redirect_uri then
    return "redirect_uri is not the one that the code was sent to"
  elseif not proves(fields.code_verifier, given.challenge) then
    return "code_verifier does not fit the code_challenge"
  end
  return nil
end

return M
