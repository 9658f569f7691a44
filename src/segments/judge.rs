//! Asks a rule of one client's facts in memory: what [`super::compile`] asks of the database, without a statement. Where the
//! two databases themselves could differ, or there are too many facts, it knows no answer, and the database is asked.

use serde_json::Value;

use super::facts::{Client, Entry, Firm, Lead, Stay};
use super::judge_value::{Known, Today};
use super::rfm::RfmTest;
use super::rule::{
    Field, LeadTest, Members, Node, OwnField, Range, Rule, Scalar, Sequence, Test, TextTest, TouchFilter, TouchTest,
    TouchText, Window,
};
use crate::contacts::identity::IdentityKind;
use crate::db::types::Instant;
use crate::interactions::Channel;

/// Whether a rule is true of a client as of an instant; `None` where only the database knows.
pub(super) fn holds(rule: &Rule, client: &Client, now: Instant) -> Option<bool> {
    Judge { client, now, today: Today::of(now, rule.zone) }.node(&rule.node)
}

struct Judge<'a> {
    client: &'a Client,
    now: Instant,
    today: Today,
}

/// Whether all answers are yes; one no is enough to know.
fn all(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = true;
    for answer in answers {
        match answer {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = false,
        }
    }
    known.then_some(true)
}

fn any(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    all(answers.map(|answer| answer.map(|yes| !yes))).map(|none| !none)
}

fn within(range: Range, number: i64) -> bool {
    range.least.is_none_or(|least| number >= least) && range.most.is_none_or(|most| number <= most)
}

/// Whether so many are as many as asked for: at least one, unless none at all will do.
fn counted(count: Option<Range>, found: usize, none_will_do: bool) -> bool {
    let least = count.and_then(|range| range.least).unwrap_or(0);
    let enough = found > 0 || (none_will_do && count.is_some() && least == 0);
    enough && within(count.unwrap_or_default(), i64::try_from(found).unwrap_or(i64::MAX))
}

impl Judge<'_> {
    fn node(&self, node: &Node) -> Option<bool> {
        match node {
            Node::All(nodes) => all(nodes.iter().map(|node| self.node(node))),
            Node::Any(nodes) => any(nodes.iter().map(|node| self.node(node))),
            Node::Not(node) => self.node(node).map(|yes| !yes),
            Node::Field(field, test) => self.field(field, test),
            Node::Changed(field, span) => {
                let (from, _) = Window::Last(*span).ends(self.now);
                self.changed(field, from.unwrap_or(Instant::MIN))
            }
            Node::Tag(tag) => Some(self.client.tags.contains(tag)),
            Node::Consent(channel, state) => {
                let said = self.client.own.consents.0.get(channel.as_str()).and_then(|consent| consent.get("state"));
                match (state, said.filter(|said| !said.is_null())) {
                    (None, said) => Some(said.is_none()),
                    (Some(_), None) => Some(false),
                    (Some(state), Some(said)) => Some(said.as_str()? == state.as_str()),
                }
            }
            Node::Touch(test) => self.touch(test),
            Node::Sequence(sequence) => self.sequence(sequence),
            Node::Lead(test) => self.leads(test),
            Node::Rfm(test) => Some(self.rfm(test)),
            Node::Segment(_, Members::Rule(rule)) => holds(rule, self.client, self.now),
            Node::Segment(id, Members::Listed) => Some(self.client.lists.contains(id)),
        }
    }

    fn field(&self, field: &Field, test: &Test) -> Option<bool> {
        let own = &self.client.own;
        let said = |said: &'_ Option<String>| said.clone().map_or(Known::Nothing, Known::Text);
        let company = self.client.company.as_ref();
        let of_company = |text: fn(&Firm) -> Option<&String>| {
            company.and_then(text).map_or(Known::Nothing, |text| Known::Text(text.clone()))
        };
        let known = match field {
            Field::Custom(key, kind) => Known::member(Some(&own.custom.0), key, *kind)?,
            Field::CompanyCustom(key, kind) => Known::member(company.map(|firm| &firm.custom.0), key, *kind)?,
            Field::Own(field) => match field {
                OwnField::GivenName => said(&own.given_name),
                OwnField::FamilyName => said(&own.family_name),
                OwnField::DisplayName => Known::Text(own.display_name.clone()),
                OwnField::JobTitle => said(&own.job_title),
                OwnField::Language => said(&own.language),
                OwnField::TimeZone => said(&own.time_zone),
                OwnField::Source => said(&own.source),
                OwnField::Owner => own.owner_id.map_or(Known::Nothing, |id| Known::Id(id.0)),
                OwnField::Company => own.company_id.map_or(Known::Nothing, |id| Known::Id(id.0)),
                OwnField::CreatedAt => Known::At(own.created_at),
                OwnField::UpdatedAt => Known::At(own.updated_at),
                OwnField::Anonymous => Known::Truth(own.anonymous),
                OwnField::CompanyName => of_company(|firm| Some(&firm.name)),
                OwnField::CompanyIndustry => of_company(|firm| firm.industry.as_ref()),
                OwnField::CompanyDomain => of_company(|firm| firm.domain.as_ref()),
                OwnField::CompanySource => of_company(|firm| firm.source.as_ref()),
                OwnField::CompanyCity | OwnField::CompanyCountry => {
                    let address = company.and_then(|firm| firm.address.as_ref()).map(|address| &address.0);
                    let part = if *field == OwnField::CompanyCity { "city" } else { "country" };
                    Known::member(address, part, field.kind())?
                }
                OwnField::City | OwnField::Region | OwnField::PostalCode | OwnField::Country => {
                    let address = own.address.as_ref().map(|address| &address.0);
                    Known::member(address, field.as_str(), field.kind())?
                }
                OwnField::Email => match self.reached(IdentityKind::Email, test) {
                    Some(found) => return Some(found),
                    None => Known::some_of(&own.emails.0)?,
                },
                OwnField::Phone => match self.reached(IdentityKind::Phone, test) {
                    Some(found) => return Some(found),
                    None => Known::some_of(&own.phones.0)?,
                },
            },
        };
        self.test(&known, test)
    }

    /// A test of the client's addresses or numbers; `None` where the question is only whether there is any.
    fn reached(&self, kind: IdentityKind, test: &Test) -> Option<bool> {
        let any = |fits: &dyn Fn(&str) -> bool| {
            self.client.reached.iter().any(|(known, value)| *known == kind && fits(value))
        };
        let among = |values: &[Scalar], value: &str| {
            values.iter().any(|wanted| matches!(wanted, Scalar::Text(wanted) if wanted == value))
        };
        match test {
            Test::Among(values) => Some(any(&|value| among(values, value))),
            Test::NotAmong(values) => Some(!any(&|value| among(values, value))),
            Test::Text(how, wanted) => Some(any(&|value| how.fits(value, wanted))),
            Test::Domain(domains) => {
                Some(any(&|value| domains.iter().any(|domain| TextTest::EndsWith.fits(value, &format!("@{domain}")))))
            }
            _ => None,
        }
    }

    fn test(&self, known: &Known, test: &Test) -> Option<bool> {
        match (test, known) {
            (Test::In(window), Known::At(at)) => Some(self.in_window(*at, *window)),
            _ => known.satisfies(test, self.today),
        }
    }

    fn changed(&self, field: &Field, since: Instant) -> Option<bool> {
        let told = |entry: &Entry| {
            let empty = Value::Null;
            let said = entry.properties.as_ref().map_or(&empty, |properties| &properties.0);
            let side = |side: &str| match field {
                // Changes of these are not kept: the parser refuses the question.
                Field::CompanyCustom(..) => None,
                Field::Custom(key, _) => said.get("custom").and_then(|custom| custom.get(side)?.get(key)),
                Field::Own(own) => {
                    let change = said.get(own.change().unwrap_or_default()).and_then(|change| change.get(side));
                    if own.change() == Some("address") {
                        change.and_then(|part| part.get(own.as_str()))
                    } else {
                        change
                    }
                }
            };
            differ(side("from"), side("to"))
        };
        let changes = self.client.entries.as_ref()?.iter().filter(|entry| entry.channel.is_none());
        any(changes.filter(|entry| entry.occurred_at >= since && entry.occurred_at < self.now).map(told))
    }

    fn rfm(&self, test: &RfmTest) -> bool {
        self.client.scores.as_ref().is_some_and(|scores| {
            let lies = |range: Option<Range>, score: i32| within(range.unwrap_or_default(), i64::from(score));
            scores.recency > 0
                && (test.groups.is_empty() || test.groups.contains(&scores.group))
                && lies(test.recency, scores.recency)
                && lies(test.frequency, scores.frequency)
                && lies(test.monetary, scores.monetary)
        })
    }

    fn in_window(&self, at: Instant, window: Window) -> bool {
        let (from, to) = window.ends(self.now);
        from.is_none_or(|from| at >= from) && at < to.map_or(self.now, |to| to.min(self.now))
    }

    /// The times and amounts of touchpoints of a kind in a window.
    fn touches(&self, filter: &TouchFilter, window: Window) -> Option<Vec<&Entry>> {
        let mut found = Vec::new();
        for entry in self.client.entries.as_ref()? {
            let Some(channel) = entry.channel else { continue };
            if self.in_window(entry.occurred_at, window) && self.matches(entry, channel, filter)? {
                found.push(entry);
            }
        }
        Some(found)
    }

    fn matches(&self, entry: &Entry, channel: Channel, filter: &TouchFilter) -> Option<bool> {
        let TouchFilter { channels, online, direction, texts, properties } = filter;
        let on = if channels.is_empty() { channel != Channel::Note } else { channels.contains(&channel) };
        let fits = on
            && online.is_none_or(|online| entry.online == Some(online))
            && direction.is_none_or(|direction| entry.direction == Some(direction))
            && texts.iter().all(|(name, wanted)| {
                text_of(entry, *name).is_some_and(|text| wanted.iter().any(|wanted| wanted == text))
            });
        if !fits {
            return Some(false);
        }
        let known = entry.properties.as_ref().map(|properties| &properties.0);
        all(properties.iter().map(|(key, wanted)| self.test(&Known::member(known, key, wanted.kind)?, &wanted.test)))
    }

    fn touch(&self, test: &TouchTest) -> Option<bool> {
        let TouchTest { filter, window, count, sum, first, last } = test;
        let found = self.touches(filter, *window)?;
        let measured = sum.is_some() || first.is_some() || last.is_some();
        let at = |window: &Option<Window>, at: Option<Instant>| {
            window.is_none_or(|window| at.is_some_and(|at| self.in_window(at, window)))
        };
        let summed = sum.as_ref().is_none_or(|(currency, range)| {
            let of = found.iter().filter(|entry| entry.currency.as_ref() == Some(currency));
            let amounts: Vec<i64> = of.filter_map(|entry| entry.amount).collect();
            let sum: i128 = amounts.iter().map(|amount| i128::from(*amount)).sum();
            !amounts.is_empty() && i64::try_from(sum).is_ok_and(|sum| within(*range, sum))
        });
        Some(
            counted(*count, found.len(), !measured)
                && summed
                && at(first, found.iter().map(|entry| entry.occurred_at).min())
                && at(last, found.iter().map(|entry| entry.occurred_at).max()),
        )
    }

    fn sequence(&self, sequence: &Sequence) -> Option<bool> {
        let Sequence { steps, within, window } = sequence;
        let mut later: Vec<Vec<Instant>> = Vec::new();
        for (n, filter) in steps.iter().enumerate() {
            let found = self.touches(filter, if n == 0 { *window } else { Window::EVER })?;
            let mut times: Vec<Instant> = found.into_iter().map(|entry| entry.occurred_at).collect();
            times.sort_unstable();
            later.push(times);
        }
        let (firsts, later) = later.split_first()?;
        Some(firsts.iter().any(|first| {
            // The earliest next step leaves most room for those behind it.
            let next =
                |at: Instant, times: &Vec<Instant>| times.get(times.partition_point(|time| *time <= at)).copied();
            let last = later.iter().try_fold(*first, next);
            last.is_some_and(|last| last.micros() <= first.micros().saturating_add(within.0))
        }))
    }

    fn leads(&self, test: &LeadTest) -> Option<bool> {
        let mut found = 0;
        for (lead, stays) in &self.client.leads {
            found += usize::from(self.lead(lead, stays, test)?);
        }
        Some(counted(test.count, found, true))
    }

    fn lead(&self, lead: &Lead, stays: &[Stay], test: &LeadTest) -> Option<bool> {
        // In full, so that a condition more is not forgotten here.
        let LeadTest {
            pipeline,
            stages,
            status,
            reached,
            entered,
            in_stage_for,
            time_in_stage,
            value,
            lost_reasons,
            reason,
            owners,
            sources,
            first_touch_groups,
            last_touch_groups,
            began,
            closed,
            custom,
            count: _,
        } = test;
        let one_of = |wanted: &[String], text: &Option<String>| {
            wanted.is_empty() || text.as_ref().is_some_and(|text| wanted.contains(text))
        };
        let before = || stays.iter().filter(|stay| stay.entered_at < self.now);
        let spent = |from: Instant, to: Instant| to.micros() - from.micros();
        let fits = pipeline.is_none_or(|id| lead.pipeline_id == id)
            && (stages.is_empty() || stages.contains(&lead.stage_id))
            && status.is_none_or(|kind| lead.stage_kind == kind)
            && (lost_reasons.is_empty() || lead.lost_reason_id.is_some_and(|id| lost_reasons.contains(&id)))
            && (owners.is_empty() || lead.owner_id.is_some_and(|id| owners.contains(&id)))
            && one_of(sources, &lead.source)
            && one_of(first_touch_groups, &lead.first_touch_group)
            && one_of(last_touch_groups, &lead.last_touch_group)
            && reached.as_ref().is_none_or(|(_, among)| before().any(|stay| among.contains(&stay.stage_id)))
            && entered.is_none_or(|(stage, window)| {
                before().any(|stay| stay.stage_id == stage && self.in_window(stay.entered_at, window))
            })
            && in_stage_for.is_none_or(|range| within(range, spent(lead.stage_entered_at, self.now)))
            && time_in_stage.is_none_or(|(stage, range)| {
                let mut times = before().filter(|stay| stay.stage_id == stage).peekable();
                times.peek().is_some()
                    && within(
                        range,
                        times
                            .map(|stay| spent(stay.entered_at, stay.exited_at.map_or(self.now, |at| at.min(self.now))))
                            .sum(),
                    )
            })
            && value.as_ref().is_none_or(|(currency, range)| {
                lead.currency.as_ref() == Some(currency) && lead.amount.is_some_and(|amount| within(*range, amount))
            })
            && reason.as_ref().is_none_or(|(how, wanted)| {
                let here = stays.iter().filter(|stay| stay.exited_at.is_none());
                here.filter_map(|stay| stay.reason.as_deref()).any(|text| how.fits(text, wanted))
            })
            && began.is_none_or(|window| self.in_window(lead.entered_at, window))
            && closed.is_none_or(|window| lead.closed_at.is_some_and(|at| self.in_window(at, window)));
        if !fits {
            return Some(false);
        }
        all(custom.iter().map(|(key, kind, test)| self.test(&Known::member(Some(&lead.custom.0), key, *kind)?, test)))
    }
}

fn text_of(entry: &Entry, name: TouchText) -> Option<&String> {
    match name {
        TouchText::Kind => entry.kind.as_ref(),
        TouchText::Campaign => entry.campaign.as_ref(),
        TouchText::ChannelGroup => entry.channel_group.as_ref(),
        TouchText::Source => entry.source.as_ref(),
        TouchText::UtmSource => entry.utm_source.as_ref(),
        TouchText::UtmMedium => entry.utm_medium.as_ref(),
        TouchText::UtmCampaign => entry.utm_campaign.as_ref(),
        TouchText::UtmTerm => entry.utm_term.as_ref(),
        TouchText::UtmContent => entry.utm_content.as_ref(),
    }
}

/// Whether two values are told apart, as both databases do; `None` where they may do so differently.
fn differ(from: Option<&Value>, to: Option<&Value>) -> Option<bool> {
    let (from, to) = (from.unwrap_or(&Value::Null), to.unwrap_or(&Value::Null));
    match (from, to) {
        (from, to) if from == to => Some(false),
        (Value::Null, _)
        | (_, Value::Null)
        | (Value::String(_), Value::String(_))
        | (Value::Bool(_), Value::Bool(_)) => Some(true),
        (Value::Number(from), Value::Number(to)) if from.as_f64() != to.as_f64() => Some(true),
        _ => None,
    }
}
