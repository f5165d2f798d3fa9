//! What goes over the control plane as JSON, and how it becomes wishes and resources.
//!
//! Shapes and names are those of the public REST specification of the cloud's resource provider; what stands in
//! `properties.endpoints` is our own.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use lease::machine::Named as _;
use lease::resource::State;
use lease::{Change, Resource, Sku, Wish};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

/// Type of every resource.
const TYPE: &str = "Microsoft.HardwareSecurityModules/dedicatedHSMs";

/// Rack where nothing else is asked for.
const FIRST_STAMP: &str = "stamp1";

/// One of these texts.
fn one_of(names: impl IntoIterator<Item = String>) -> Object {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(names)).build()
}

fn sku_names() -> Object {
    one_of(Sku::all().map(|sku| sku.to_string()))
}

fn state_names() -> Object {
    let told = State::ALL.iter().filter(|state| **state != State::Absent);
    one_of(told.map(|state| state.name().to_owned()))
}

/// Size of an appliance.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(super) struct SkuBody {
    /// LMKs that may be loaded, and calls a second.
    #[schema(schema_with = sku_names)]
    pub(super) name: String,
}

/// What is created: `PUT`.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct PutBody {
    /// Region.
    #[schema(example = "local")]
    location: String,
    /// Size.
    sku: SkuBody,
    /// Place and network.
    properties: PutProperties,
    /// What the customer writes on it.
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

/// Place and network of what is created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PutProperties {
    /// Rack: `stamp1` or `stamp2`.
    stamp_id: Option<String>,
    /// Network of the host interfaces. Read and shown; the ports are where `endpoints` says.
    network_profile: Option<NetworkProfile>,
    /// Network of the management interface.
    management_network_profile: Option<NetworkProfile>,
}

/// A network.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct NetworkProfile {
    /// Its subnet.
    #[serde(skip_serializing_if = "Option::is_none")]
    subnet: Option<Reference>,
    /// Interfaces in it.
    network_interfaces: Vec<Interface>,
}

/// A resource of somebody else.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
struct Reference {
    /// Its path; newer clients call it `resourceId`.
    #[serde(alias = "resourceId")]
    id: String,
}

/// A network interface.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Interface {
    /// Its path, once there is one.
    #[serde(default, alias = "resourceId", skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// Its address.
    #[schema(value_type = String, example = "127.0.0.1")]
    private_ip_address: IpAddr,
}

/// What is changed: `PATCH`.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct PatchBody {
    /// New size.
    sku: Option<SkuBody>,
    /// All tags.
    tags: Option<BTreeMap<String, String>>,
}

/// A resource as it is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ResourceBody {
    /// Path.
    id: String,
    /// Name.
    name: String,
    /// Type.
    r#type: &'static str,
    /// Region.
    location: String,
    /// Size.
    sku: SkuBody,
    /// What the customer writes on it.
    tags: BTreeMap<String, String>,
    /// How far it is, and where its ports are.
    properties: Properties,
    /// When it was created and changed.
    #[serde(rename = "systemData")]
    system_data: SystemData,
}

/// How far a resource is, and where its ports are.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Properties {
    /// How far it is.
    #[schema(schema_with = state_names)]
    provisioning_state: &'static str,
    /// The same in words.
    status_message: String,
    /// Rack.
    stamp_id: String,
    /// Host interfaces.
    network_profile: NetworkProfile,
    /// Management interface.
    management_network_profile: NetworkProfile,
    /// Where it is reached, once it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoints: Option<Endpoints>,
    /// Hours that are billed so far: each that has begun.
    billed_hours: u64,
}

/// Where an appliance is reached.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Endpoints {
    /// Host port of the default LMK.
    #[schema(value_type = String, example = "127.0.0.1:1500")]
    pub(super) host: SocketAddr,
    /// Folder of the appliance, for `strongroom console --state`.
    pub(super) console: String,
}

/// When a resource was created and changed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SystemData {
    /// When it was created.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: time::OffsetDateTime,
    /// When it was changed.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    last_modified_at: time::OffsetDateTime,
}

/// Some resources.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ListBody {
    /// These.
    pub(super) value: Vec<ResourceBody>,
    /// Where the others are.
    #[serde(rename = "nextLink", skip_serializing_if = "Option::is_none")]
    pub(super) next_link: Option<String>,
}

/// What a resource connects to by itself.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Dependencies {
    /// Nothing.
    pub(super) value: Vec<String>,
}

/// What can be done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Operations {
    /// Every operation.
    pub(super) value: Vec<Operation>,
}

/// Something that can be done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Operation {
    /// What programs read.
    pub(super) name: String,
    /// What people read.
    pub(super) display: Display,
}

/// Something that can be done, in words.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Display {
    /// Whose it is.
    pub(super) provider: &'static str,
    /// What it is done to.
    pub(super) resource: &'static str,
    /// What is done.
    pub(super) operation: &'static str,
    /// The same as a sentence.
    pub(super) description: String,
}

/// Why something is not done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorBody {
    /// The error.
    pub(super) error: ErrorText,
}

/// An error.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorText {
    /// What programs read.
    pub(super) code: &'static str,
    /// What people read.
    pub(super) message: String,
}

impl PutBody {
    /// What the customer wants.
    pub(super) fn wish(self) -> Result<Wish, lease::UnknownSku> {
        let Self { location, sku, properties, tags } = self;
        let sku: Sku = sku.name.parse()?;
        let stamp = properties.stamp_id.unwrap_or_else(|| FIRST_STAMP.to_owned());
        let network = |profile: Option<NetworkProfile>| {
            profile.and_then(|profile| serde_json::to_value(profile).ok()).unwrap_or_default()
        };
        let networks =
            [network(properties.network_profile), network(properties.management_network_profile)];
        Ok(Wish { location, sku, stamp, tags, networks })
    }
}

impl PatchBody {
    /// What the customer changes.
    pub(super) fn change(self) -> Result<Change, lease::UnknownSku> {
        let sku = self.sku.map(|sku| sku.name.parse()).transpose()?;
        Ok(Change { sku, tags: self.tags })
    }
}

impl ResourceBody {
    /// As it is now.
    pub(super) fn new(
        resource: &Resource,
        status_message: String,
        endpoints: Option<Endpoints>,
    ) -> Self {
        let Resource { identifier, wish, state, created, changed, .. } = resource;
        let address = endpoints.as_ref().map(|endpoints| endpoints.host.ip());
        let profile = |at: usize, interfaces: &[&str]| {
            let mut profile: NetworkProfile = wish
                .networks
                .get(at)
                .and_then(|it| NetworkProfile::deserialize(it).ok())
                .unwrap_or_default();
            if let Some(private_ip_address) = address {
                let id = |interface: &&str| Some(format!("{identifier}_{interface}"));
                profile.network_interfaces = interfaces
                    .iter()
                    .map(|it| Interface { id: id(it), private_ip_address })
                    .collect();
            }
            profile
        };
        Self {
            id: identifier.to_string(),
            name: identifier.name.clone(),
            r#type: TYPE,
            location: wish.location.clone(),
            sku: SkuBody { name: wish.sku.to_string() },
            tags: wish.tags.clone(),
            properties: Properties {
                provisioning_state: state.name(),
                status_message,
                stamp_id: wish.stamp.clone(),
                network_profile: profile(0, &["HSMHost1Nic", "HSMHost2Nic"]),
                management_network_profile: profile(1, &["HSMMgmtNic"]),
                endpoints,
                billed_hours: resource.billed_hours(time::OffsetDateTime::now_utc()),
            },
            system_data: SystemData { created_at: *created, last_modified_at: *changed },
        }
    }
}
