--- Examples of webhooks for the manual (lofty.manual.examples).
local M = {}

M.list = [[
for _, subscription in ipairs(lofty.webhooks.list()) do
  print(subscription.subscribeId, subscription.listId, subscription.callbackUrl)
end]]

M.create = [[
local subscription = lofty.webhooks.create {
  listId = 10, callbackUrl = "https://hooks.example.com/lofty/done",
}
print(subscription.subscribeId)]]

M.delete = [[
-- loftyrun: allow delete_webhooks
for _, subscription in ipairs(lofty.webhooks.list()) do
  if subscription.callbackUrl:find("https://old-crm.example.com/", 1, true) then
    lofty.webhooks.delete(subscription.subscribeId)
  end
end]]

M.sync = [[
-- Inside lofty.on.schedule("*/10 * * * *", { name = "subscriptions" }, function() ... end), in a
-- file for loftyrun serve, what Lofty forgets is back soon, and the log says that it vanished.
local url = "https://hooks.example.com/hooks/" .. (os.getenv("LOFTYRUN_WEBHOOK_SECRET") or "...")
local result = lofty.webhooks.sync { { list = "note", url = url } }
for _, step in ipairs(result.steps) do print(step.what, step.shown) end]]

return M
