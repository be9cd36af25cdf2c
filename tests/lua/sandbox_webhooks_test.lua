-- Webhook subscriptions: types, addresses, the quota, whose they are.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"

local function number_of(name)
  return require("sandbox.wire").rows()[name].number
end

local function subscribe(list_id, url)
  return { listId = list_id, callbackUrl = url or "https://hooks.example.com/x" }
end

t.test("a subscription is answered whole and listed", function()
  local b = box.new "empty"
  t.equal(b:ok("GET", "/v1.0/webhooks"), json.array {})
  local made = b:ok("POST", "/v1.0/webhook", nil, subscribe(2))
  t.equal(made.limit, 100)
  t.equal(made.permissionMode, 0)
  t.equal(#tostring(made.subscribeId), 16)
  t.equal(b:ok("GET", "/v1.0/webhooks"), json.array { made })
  b:ok("POST", "/v1.0/webhook", nil, subscribe(2))
  t.equal(#b:ok("GET", "/v1.0/webhooks"), 2, "equal ones are allowed")
end)

for _, case in ipairs {
  { '{"listId":0,"callbackUrl":"https://a.example.com"}', "WEBHOOK_TYPE_ERROR" },
  { '{"listId":13,"callbackUrl":"https://a.example.com"}', "WEBHOOK_TYPE_ERROR" },
  { '{"callbackUrl":"https://a.example.com"}', "WEBHOOK_TYPE_ERROR" },
  { '{"listId":2,"url":"https://a.example.com"}', "WEBHOOK_CALLBACK_URL_INVALID" },
  { '{"listId":2,"callbackUrl":"http://a.example.com"}', "WEBHOOK_CALLBACK_URL_INVALID" },
  { '{"listId":2,"callbackUrl":"https://"}', "WEBHOOK_CALLBACK_URL_INVALID" },
  { '{"listId":2,"callbackUrl":"https://a b.example.com/"}', "WEBHOOK_CALLBACK_URL_INVALID" },
  { '{"listId":2,"callbackUrl":"https://a.example.com","limit":5001}', "INVALID_PARAMETER" },
  { '{"listId":2,"callbackUrl":"https://a.example.com","limit":0}', "INVALID_PARAMETER" },
  { '{"listId":2,"callbackUrl":"https://a.example.com","permissionMode":2}', "INVALID_PARAMETER" },
} do
  t.test("refused with " .. case[2] .. ": " .. case[1], function()
    local b = box.new "empty"
    local status, number = b:refused("POST", "/v1.0/webhook", nil, case[1])
    t.equal(status, 400)
    t.equal(number, number_of(case[2]))
    t.equal(#b:ok("GET", "/v1.0/webhooks"), 0)
  end)
end

t.test("the demo account has room for one more", function()
  local b = box.new "demo"
  local made = b:ok("POST", "/v1.0/webhook", nil, subscribe(7))
  local status, number, message = b:refused("POST", "/v1.0/webhook", nil, subscribe(9))
  t.equal(status, 400)
  t.equal(number, number_of "WEBHOOK_EXCEED_LIMIT")
  t.matches(message, "exceed")
  t.equal(b:ok("DELETE", "/v1.0/webhook/" .. made.subscribeId), nil)
  b:ok("POST", "/v1.0/webhook", nil, subscribe(9))
end)

t.test("deleting what is not there is 400, what is another application's too", function()
  local b = box.new "demo"
  local status, number = b:refused("DELETE", "/v1.0/webhook/17")
  t.equal(status, 400)
  t.equal(number, number_of "WEBHOOK_DELETE_NOT_EXIST")
  local list = b:ok("GET", "/v1.0/webhooks")
  local foreign = list[#list]
  t.ok(foreign.vendorId ~= list[1].vendorId)
  status, number = b:refused("DELETE", "/v1.0/webhook/" .. foreign.subscribeId)
  t.equal(status, 400)
  t.equal(number, number_of "WEBHOOK_DELETE_NO_AUTHORITY")
  t.equal(#b:ok("GET", "/v1.0/webhooks"), 11)
end)

