# What a Redmine looks like after some years, made by its own classes as its web pages use them (rails runner fill.rb). The
# same content every time.
require 'stringio'

SEED = Random.new(20261122)
def pick(list) = list[SEED.rand(list.size)]

TEXTS = ['Der Drucker im 3. Stock druckt nur noch größere Schriften – bitte prüfen.', "h2. Étapes\n\n# démarrer\n# *cliquer* sur « Ouvrir »\n\n<pre>erreur 0x80</pre>",
         'プリンタが動きません。ログを添付します。', 'Не открывается почта после обновления', 'الطابعة لا تعمل منذ الصباح', '印表機壞了 🖨️ 😀',
         "A line\r\nwith CRLF\r\n\r\n> quoted\r\n", "Tabs\there, a backslash \\ and quotes ' \" `", 'Ünïcödé ÃŸ Ã© — already right', "x" * 70_000, '<script>alert(1)</script> &amp; <b>bold</b>',
         'ελληνικά κείμενα', "trailing spaces   ", "|table|of|textile|\n|a|b|c|", 'Résumé: naïve façade'].freeze

def person(login, first, last, mail, **rest)
  user = User.new(firstname: first, lastname: last, mail: mail, language: rest.delete(:language) || 'en')
  user.login = login
  user.password = user.password_confirmation = 'password-' + login.hash.abs.to_s
  rest.each { |name, value| user.send("#{name}=", value) }
  user.save!
  user
end

def as(user)
  User.current = user
  yield
ensure
  User.current = nil
end

def file(name, bytes, author, type = nil, description = nil)
  Attachment.create!(file: StringIO.new(bytes.b), filename: name, author: author, content_type: type, description: description)
end

Setting.attachment_max_size = 30_000
Setting.notified_events = []
Setting.sys_api_key = 'a key that must not travel'
Setting.cross_project_issue_relations = '1'
admin = User.find_by_login('admin')

people = [person('anna', 'Anna', 'Müller', 'anna@example.org'), person('jose', 'José', "O'Neil", 'jose@example.org', language: 'fr'),
          person('yuki', '雪', '田中', 'yuki@example.org', language: 'ja'), person('emile.zola', 'Émile', 'Zola', 'emile@example.org', language: 'fr'),
          person('olga', 'Ольга', 'Иванова', 'olga@example.org', language: 'ru'), person('locked', 'Gone', 'Person', 'gone@example.org')]
customers = (1..25).map { |n| person("customer#{n}", "Customer", "Nº #{n}", "customer#{n}@customers.example.org", language: n % 3 == 0 ? 'fr' : 'en') }
waiting = person('registered', 'Not', 'Yet', 'registered@example.org', status: User::STATUS_REGISTERED)
EmailAddress.create!(user: people[0], address: 'anna.second@example.org')
Token.create!(user: people[0], action: 'api')
group = Group.create!(lastname: 'Second line')
group.users << people[1] << people[2]
customers_group = Group.create!(lastname: 'All customers')
customers.first(10).each { |one| customers_group.users << one }

manager, developer, reporter = %w[Manager Developer Reporter].map { |name| Role.find_by_name(name) }
supplier = IssueStatus.create!(name: 'With supplier')
IssueStatus.create!(name: 'Übergeben')
Tracker.all.each do |tracker|
  [manager, developer, reporter].each do |role|
    IssueStatus.all.to_a.permutation(2) { |a, b| WorkflowTransition.create!(tracker: tracker, role: role, old_status: a, new_status: b) unless WorkflowTransition.exists?(tracker: tracker, role: role, old_status: a, new_status: b) }
  end
end

versions = []
projects = [['Hardware', 'hardware'], ['Email & Kalender', 'mail'], ['ネットワーク', 'network'], ['Hardware', 'hardware-old'], ['Closed one', 'closed-one']].map do |name, identifier|
  project = Project.new(name: name, description: "#{name}: everything", trackers: Tracker.all.to_a, is_public: true)
  project.identifier = identifier
  project.enabled_module_names = %w[issue_tracking time_tracking wiki news boards]
  project.save!
  people.first(5).each { |one| Member.create!(project: project, principal: one, roles: [one == people[0] ? manager : developer]) }
  Member.create!(project: project, principal: customers_group, roles: [reporter])
  %w[Laptop Réseau 印刷].each { |category| IssueCategory.create!(project: project, name: category) }
  versions << Version.create!(project: project, name: "#{identifier} 1.0", sharing: 'none')
  project
end
Project.find_by_identifier('hardware').wiki || Wiki.create!(project: projects[0], start_page: 'Start')
News.create!(project: projects[0], author: admin, title: 'News', description: 'no place for this')

fields = {}
[['Asset number', 'string', {}], ['Long story', 'text', {}], ['Site', 'list', { possible_values: %w[Paris Zürich 東京], multiple: true }], ['Count', 'int', {}],
 ['Hours', 'float', {}], ['Due at customer', 'date', {}], ['Approved', 'bool', {}], ['Contact', 'user', {}], ['Found in', 'version', {}], ['Manual', 'link', {}],
 ['Contract', 'attachment', {}], ['Contract type', 'enumeration', {}], ['category', 'string', {}]].each do |name, format, more|
  fields[name] = IssueCustomField.create!({ name: name, field_format: format, is_for_all: true, trackers: Tracker.all.to_a }.merge(more))
end
%w[Gold Silber].each_with_index { |name, at| CustomFieldEnumeration.create!(custom_field: fields['Contract type'], name: name, position: at + 1) }
UserCustomField.create!(name: 'Room', field_format: 'string')

def values_for(fields, project, people, versions)
  values = {}
  values[fields['Asset number'].id.to_s] = pick(['A-17', 'Ä-€-99', '0']) if SEED.rand < 0.7
  values[fields['Long story'].id.to_s] = pick(TEXTS.first(6)) if SEED.rand < 0.3
  values[fields['Site'].id.to_s] = [%w[Paris], %w[Paris Zürich], %w[東京]][SEED.rand(3)] if SEED.rand < 0.5
  values[fields['Count'].id.to_s] = (SEED.rand(2000) - 1000).to_s if SEED.rand < 0.4
  values[fields['Hours'].id.to_s] = '2.75' if SEED.rand < 0.3
  values[fields['Due at customer'].id.to_s] = '2026-02-28' if SEED.rand < 0.3
  values[fields['Approved'].id.to_s] = pick(%w[0 1]) if SEED.rand < 0.5
  values[fields['Contact'].id.to_s] = pick(people.first(3)).id.to_s if SEED.rand < 0.3
  values[fields['Found in'].id.to_s] = project.versions.first.id.to_s if SEED.rand < 0.3
  values[fields['Manual'].id.to_s] = 'https://example.org/a?b=c&d=é' if SEED.rand < 0.2
  values[fields['Contract type'].id.to_s] = fields['Contract type'].enumerations.first.id.to_s if SEED.rand < 0.3
  values[fields['category'].id.to_s] = 'not the built-in one' if SEED.rand < 0.1
  values
end

BYTES = ["".b, "PNG\x00\x01\xff".b * 400, "plain text file äöü\n", ("%PDF-1.4\n" * 20_000), (0..255).map(&:chr).join.b * 5000,
         "From: a@example.org\r\nSubject: a mail\r\n\r\nbody\r\n"].freeze
FILES = [['empty.txt', 'text/plain'], ['bild ü.png', 'image/png'], ['ログ.txt', 'text/plain'], ["o'clock; report.pdf", 'application/pdf'], ['blob.bin', nil], ['forwarded.eml', 'message/rfc822']].freeze
def some_file(author)
  at = SEED.rand(BYTES.size)
  file(FILES[at][0], SEED.rand < 0.5 ? BYTES[at] : BYTES[at] + SEED.rand(1_000_000).to_s, author, FILES[at][1], SEED.rand < 0.3 ? 'described' : nil)
end

statuses = IssueStatus.where.not(name: 'Übergeben').to_a
priorities = IssuePriority.all.to_a
issues = (1..240).map do |n|
  project = projects[n % 4 == 3 ? 3 : n % 4]
  author = n % 17 == 0 ? User.anonymous : n % 13 == 0 ? people[5] : pick(customers)
  issue = Issue.new(project: project, tracker: pick(Tracker.all.to_a), author: author, subject: "#{n}: #{pick(TEXTS)}"[0, 250].gsub(/\s+/, ' '),
                    description: n % 19 == 0 ? '' : pick(TEXTS), status: statuses[n % 9 == 0 ? 1 : 0], priority: pick(priorities))
  issue.category = pick(project.issue_categories.to_a) if SEED.rand < 0.5
  issue.fixed_version = project.versions.first if SEED.rand < 0.2
  issue.assigned_to = pick(people.first(3)) if SEED.rand < 0.6
  issue.is_private = true if n % 23 == 0
  issue.start_date = Date.new(2026, 1, 5)
  issue.due_date = Date.new(2026, 3, 5) if SEED.rand < 0.2
  issue.estimated_hours = 2.5 if SEED.rand < 0.2
  issue.custom_field_values = values_for(fields, project, people, versions)
  if n % 5 == 0
    issue.save_attachments([{ 'token' => some_file(author.anonymous? ? admin : author).token }, { 'token' => some_file(admin).token }])
  end
  as(author) { issue.save!(validate: true) }
  issue.add_watcher(pick(customers)) if SEED.rand < 0.4
  issue.add_watcher(customers_group) if n % 29 == 0
  issue
end

issues.each_with_index do |issue, n|
  SEED.rand(5).times do
    worker = SEED.rand < 0.4 ? issue.author : pick(people.first(5))
    issue = Issue.find(issue.id) # with a journal of its own
    journal = issue.init_journal(worker, SEED.rand < 0.75 ? pick(TEXTS) : '')
    journal.private_notes = true if journal.notes.present? && SEED.rand < 0.25
    issue.status = pick(statuses) if SEED.rand < 0.5
    issue.priority = pick(priorities) if SEED.rand < 0.2
    issue.assigned_to = pick(people.first(5) + [nil]) if SEED.rand < 0.3
    issue.subject = "#{issue.subject} (changed)"[0, 255] if SEED.rand < 0.05
    issue.description = pick(TEXTS) if SEED.rand < 0.1
    issue.done_ratio = 50 if SEED.rand < 0.1
    issue.custom_field_values = { fields['Asset number'].id.to_s => 'B-2' } if SEED.rand < 0.1
    issue.save_attachments([{ 'token' => some_file(admin).token }]) if SEED.rand < 0.25
    as(admin) { issue.save!(validate: false) }
  end
  TimeEntry.create!(project: issue.project, issue: issue, user: people[0], author: people[0], hours: 1.5, spent_on: Date.new(2026, 1, 6), activity: TimeEntryActivity.first) if n % 31 == 0 && issue.project.module_enabled?(:time_tracking)
end

as(admin) do
  %w[relates duplicates blocks precedes copied_to].cycle.first(40).each_with_index do |kind, n|
    a, b = issues[n * 4], issues[n * 4 + 5]
    next if b.nil?
    relation = IssueRelation.new(issue_from: a, issue_to: b, relation_type: kind)
    relation.init_journals(admin)
    relation.save(validate: false)
  end
  (0...12).each do |n|
    child = Issue.find(issues[200 + n].id)
    child.init_journal(admin, '')
    child.parent_issue_id = issues.select { |one| one.project_id == child.project_id }[n / 4].id
    child.save!(validate: false)
  end
  issues[50..56].each do |stale|
    issue = Issue.find(stale.id)
    issue.init_journal(admin, '')
    issue.assigned_to = group
    issue.save!(validate: false)
  end
  issues[60..64].each do |stale|
    issue = Issue.find(stale.id)
    contract = file('contract.pdf', "%PDF contract #{issue.id}", admin)
    issue.custom_field_values = { fields['Contract'].id.to_s => { 'token' => contract.token } }
    issue.init_journal(admin, '')
    issue.save!(validate: false)
  end
  # A file whose bytes have been lost on the server's disk, as they are now and then.
  issue = Issue.find(issues[70].id)
  issue.init_journal(admin, 'with a file that will be lost')
  issue.save_attachments([{ 'token' => file('lost.bin', 'lost', admin).token }])
  issue.save!(validate: false)
  File.unlink(Attachment.find_by_filename('lost.bin').diskfile)
  projects[4].close
  people[5].lock!
end
# Old rows of people who never signed in: times of their own, so that nothing depends on the clock.
Issue.where(id: issues.first(30).map(&:id)).each_with_index { |issue, n| issue.update_columns(created_on: Time.utc(2009, 3, 29, 1, 30) + n * 86_400, updated_on: Time.utc(2012, 10, 28, 2, 30) + n * 3600) }
puts "#{Issue.count} issues, #{Journal.count} journals, #{JournalDetail.count} changes, #{Attachment.count} attachments, #{User.count} users"
