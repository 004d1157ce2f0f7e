//! Events to their final answers, through overload and lost connections.
//!
//! Sending again is safe because the log answers the same signed event with its first index. It must not know what
//! carries the events.

use super::client::{Answer, ClientError, Sink};
use super::refused::Refused;
use std::time::Duration;

/// How long to go on trying while nothing moves.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Attempts in a row that brought no answer before giving up.
    pub attempts: u32,
    /// Waits; the thread's sleep, or nothing in tests.
    pub pause: fn(Duration),
}

impl Default for Patience {
    /// About a minute and a half.
    fn default() -> Self {
        Patience {
            attempts: 9,
            pause: std::thread::sleep,
        }
    }
}

impl Patience {
    /// How long to wait after so many attempts in vain, where the log asked for so many seconds.
    fn next(attempt: u32, retry_after: Option<u64>) -> Duration {
        let own = Duration::from_millis(500 << attempt.min(6)).min(Duration::from_secs(30));
        let asked = Duration::from_secs(retry_after.unwrap_or(0).min(300));
        own.max(asked)
    }
}

/// Sends events until each has its final answer: waits out overload and lost connections, and sends again exactly what
/// was not answered. `waiting` hears why, and for how long, before each pause.
///
/// # Errors
/// The last failure, once the patience is spent or the failure is not of the kind that passes.
pub fn deliver(
    sink: &dyn Sink,
    patience: Patience,
    events: &[&str],
    answered: &mut dyn FnMut(usize, Answer),
    waiting: &mut dyn FnMut(&ClientError, Duration),
) -> Result<(), ClientError> {
    let mut open: Vec<usize> = (0..events.len()).collect();
    let mut attempt = 0;
    while !open.is_empty() {
        let lines: Vec<&str> = open.iter().map(|place| events[*place]).collect();
        let mut settled = vec![false; open.len()];
        let mut delayed: Option<Refused> = None;
        let sent = sink.send(&lines, &mut |place, answer| match answer {
            Answer::Refused(refused) if refused.is_temporary() => delayed = Some(refused),
            answer => {
                settled[place] = true;
                answered(open[place], answer);
            }
        });
        if settled.contains(&true) {
            attempt = 0;
        }
        let mut settled = settled.into_iter();
        open.retain(|_| !settled.next().unwrap_or(false));
        if open.is_empty() {
            break;
        }
        attempt += 1;
        let error = match (sent, delayed) {
            (Err(error), _) if !error.is_temporary() => return Err(error),
            (Err(error), _) => Some(error),
            (Ok(()), Some(refused)) => Some(ClientError::Status {
                server: sink.address().to_owned(),
                status: refused.status,
                detail: refused.detail.clone(),
                retry_after: refused.retry_after,
                problem: Some(Box::new(refused)),
            }),
            (Ok(()), None) => None,
        };
        let retry_after = error.as_ref().and_then(ClientError::retry_after);
        let pause = Patience::next(attempt - 1, retry_after);
        match error {
            Some(error) if attempt >= patience.attempts => return Err(error),
            Some(error) => waiting(&error, pause),
            None => {}
        }
        (patience.pause)(pause);
    }
    Ok(())
}

/// Makes one request until it has its answer: waits out overload and lost connections.
///
/// # Errors
/// As [`deliver`].
pub fn persist<T>(
    patience: Patience,
    mut attempt: impl FnMut() -> Result<T, ClientError>,
    waiting: &mut dyn FnMut(&ClientError, Duration),
) -> Result<T, ClientError> {
    let mut attempts = 0;
    loop {
        let error = match attempt() {
            Err(error) if error.is_temporary() => error,
            answered => return answered,
        };
        attempts += 1;
        if attempts >= patience.attempts {
            return Err(error);
        }
        let pause = Patience::next(attempts - 1, error.retry_after());
        waiting(&error, pause);
        (patience.pause)(pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lang;
    use std::sync::Mutex;

    /// Answers by script: one closure result for each attempt.
    struct Script(Mutex<Vec<Vec<&'static str>>>);

    impl Sink for Script {
        fn address(&self) -> &str {
            "script"
        }

        fn send(
            &self,
            events: &[&str],
            answered: &mut dyn FnMut(usize, Answer),
        ) -> Result<(), ClientError> {
            let step = self.0.lock().unwrap().remove(0);
            assert_eq!(step.iter().filter(|s| **s != "cut").count().max(1), {
                let cut = step.iter().position(|s| *s == "cut");
                cut.unwrap_or(events.len()).max(1)
            });
            for (place, word) in step.into_iter().enumerate() {
                let answer = match word {
                    "cut" => {
                        return Err(ClientError::Connection {
                            server: String::new(),
                            reason: String::new(),
                        });
                    }
                    "busy" => Answer::Refused(Refused {
                        status: 503,
                        ..Refused::default()
                    }),
                    "no" => Answer::Refused(Refused {
                        status: 422,
                        ..Refused::default()
                    }),
                    _ => Answer::Logged {
                        index: 1,
                        proof: String::new(),
                    },
                };
                answered(place, answer);
            }
            Ok(())
        }
    }

    const NOW: Patience = Patience {
        attempts: 2,
        pause: |_| {},
    };

    fn run(steps: &[&[&'static str]]) -> (Result<(), ClientError>, Vec<usize>) {
        let script = Script(Mutex::new(steps.iter().map(|s| s.to_vec()).collect()));
        let (mut got, mut said) = (Vec::new(), Vec::new());
        let result = deliver(
            &script,
            NOW,
            &["a", "b", "c"],
            &mut |place, _| got.push(place),
            &mut |error, pause| said.push(error.waiting_words(Lang::En, pause)),
        );
        // Every attempt but the last is followed by a wait, and every wait is said.
        let attempts = steps.len() - script.0.lock().unwrap().len();
        assert_eq!(said.len(), attempts - 1, "{said:?}");
        assert!(
            said.iter()
                .all(|said| said.ends_with("trying again in 1 s")),
            "{said:?}"
        );
        (result, got)
    }

    #[test]
    fn what_was_not_answered_is_sent_again_and_nothing_else() {
        let (result, got) = run(&[&["ok", "busy", "no"], &["ok"]]);
        assert!(result.is_ok());
        assert_eq!(got, [0, 2, 1]);
        let (result, got) = run(&[&["ok", "cut"], &["ok", "cut"], &["ok"]]);
        assert!(result.is_ok(), "progress renews patience");
        assert_eq!(got, [0, 1, 2]);
    }

    #[test]
    fn one_request_is_made_again_while_that_may_help() {
        let run = |statuses: &[u16]| {
            let (mut left, mut waited) = (statuses.iter(), 0);
            let attempt = || match left.next().copied() {
                Some(200) => Ok(()),
                status => Err(ClientError::Status {
                    server: String::new(),
                    status: status.unwrap(),
                    detail: String::new(),
                    retry_after: None,
                    problem: None,
                }),
            };
            let answered = persist(NOW, attempt, &mut |_, _| waited += 1);
            (answered.is_ok(), waited, left.len())
        };
        assert_eq!(run(&[200]), (true, 0, 0));
        assert_eq!(run(&[507, 200]), (true, 1, 0));
        assert_eq!(run(&[503, 503, 200]), (false, 1, 1));
        assert_eq!(run(&[422, 200]), (false, 0, 1));
    }

    /// A server whose clock has leapt takes nothing until somebody has looked, however long one waits.
    #[test]
    fn what_waits_for_somebody_is_not_waited_for() {
        let refused = Refused {
            status: 503,
            detail: "the clock says 2030; where it is right, restart with --clock-checked 2030"
                .to_owned(),
            ..Refused::default()
        };
        assert!(!refused.is_temporary());
        let busy = Refused {
            detail: "the disk is full".to_owned(),
            ..refused.clone()
        };
        assert!(busy.is_temporary());
        let mut waited = 0;
        let attempt = || -> Result<(), ClientError> {
            Err(ClientError::Status {
                server: String::new(),
                status: 503,
                detail: String::new(),
                retry_after: Some(5),
                problem: Some(Box::new(refused.clone())),
            })
        };
        assert!(persist(NOW, attempt, &mut |_, _| waited += 1).is_err());
        assert_eq!(waited, 0);
    }

    #[test]
    fn patience_ends() {
        let (result, got) = run(&[&["cut"], &["cut"]]);
        assert!(result.is_err() && got.is_empty());
        let (result, _) = run(&[&["busy", "busy", "busy"], &["busy", "busy", "busy"]]);
        assert!(matches!(
            result,
            Err(ClientError::Status { status: 503, .. })
        ));
    }
}
