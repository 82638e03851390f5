//! The policies of the API. Each has a name, which is a part of the URL.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use corsac::{BuildError, CorsLayer, Policy};

use crate::{form::Form, presets::Preset};

pub(crate) struct Policies {
    presets: Vec<(String, Arc<Stored>)>,
    own: Mutex<Own>,
}

/// A form, and the policy that it builds.
pub(crate) struct Stored {
    pub(crate) form: Form,
    pub(crate) built: Result<Arc<Policy>, BuildError>,
}

#[derive(Default)]
struct Own {
    /// In order of age, the oldest first.
    kept: VecDeque<(String, Arc<Stored>)>,
    count: u64,
}

impl Policies {
    /// The number of users' policies that are kept. The page sends its policy before each request.
    const KEPT: usize = 100;

    pub(crate) fn new(presets: &[Preset]) -> Self {
        let stored = |preset: &Preset| Stored {
            form: preset.form.clone(),
            built: match preset.layer.as_ref().and_then(CorsLayer::policy) {
                Some(policy) => Ok(Arc::new(policy.clone())),
                None => build(&preset.form),
            },
        };
        let presets = presets.iter().map(|it| (it.id.to_owned(), Arc::new(stored(it)))).collect();
        Self { presets, own: Mutex::default() }
    }

    pub(crate) fn find(&self, id: &str) -> Option<Arc<Stored>> {
        let named = |(name, _): &&(String, Arc<Stored>)| name == id;
        if let Some((_, preset)) = self.presets.iter().find(named) {
            return Some(preset.clone());
        }
        let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.kept.iter().find(named).map(|(_, stored)| stored.clone())
    }

    /// Gives equal forms one name, and so one URL, so that the browser's preflight cache applies.
    pub(crate) fn keep(&self, form: Form) -> (String, Arc<Stored>) {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((id, stored)) = own.kept.iter().find(|(_, stored)| stored.form == form) {
            return (id.clone(), stored.clone());
        }
        if own.kept.len() >= Self::KEPT {
            own.kept.pop_front();
        }
        own.count += 1;
        let id = format!("own-{}", own.count);
        let stored = Arc::new(Stored { built: build(&form), form });
        own.kept.push_back((id.clone(), stored.clone()));
        (id, stored)
    }
}

fn build(form: &Form) -> Result<Arc<Policy>, BuildError> {
    form.builder().build_policy().map(Arc::new)
}
