--- Whether a plan may be applied by this run: it is of one account, profile and base URL, and of the user where Lofty said
--- who that is. And of one state folder, which knows what was done before, and how far the plan is. Ends the run where it
--- may not.
local client = require "lofty.client"
local native = require "native.plan"
local operations = require "lofty.operations"
local store = require "lofty.store"
local usage = require "lofty.shell.usage"

local M = {}

local WRONG_ACCOUNT = 3

local function stop(message)
  io.stdout:flush()
  usage.say(message)
  os.exit(WRONG_ACCOUNT)
end

--- The account and the state folder; nothing is asked.
---@param plan lofty.dry.Plan
function M.check(plan)
  local of_plan, of_run = native.account(plan.header.account), store.account()
  if of_plan ~= of_run then stop(("this plan is for %s, and this run for %s"):format(of_plan, of_run)) end
  local state = store.given("apply", native.state())
  if not plan.header.state or plan.header.state == state then return end
  stop(("this plan was made with the state folder %s; apply it with --state and that, or make it anew for %s"):format(
    plan.header.state, state or "this run"))
end

--- The user, who is asked for where the plan names one.
---@param plan lofty.dry.Plan
function M.check_user(plan)
  if not plan.ending.user then return end
  local me = client.send(operations.find("members.me"), {}, {})
  if type(me) == "table" and me.id == plan.ending.user then return end
  stop(("this plan was made as user %d, and the credential is that of user %s"):format(plan.ending.user,
    tostring(type(me) == "table" and me.id)))
end

return M
