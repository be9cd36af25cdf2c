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

return M
