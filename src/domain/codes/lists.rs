//! The lists themselves. A closed list and its codes are added here and named in the catalogues. An open list is one line here, a name in the
//! catalogues and its codes in `rules/codes.toml`: which a province may use on which day, and how each is called, is dated data, not this.

use super::{UnknownCode, is_code};
use std::str::FromStr;

code_lists! {
    open {
        /// Outcome of an inspection or of one of its items; several may hold. 检查结果.
        ResultCode = "result" relies on ["no_problem_found", "unreachable_at_registered_address", "no_relevant_activity", "closed_or_liquidating", "deregistered", "licence_revoked", "registration_rescinded", "moved_out"];
        /// The four grounds of the abnormal operations list. 列入经营异常名录原因.
        AbnormalReason = "abnormal_reason" relies on ["annual_report_missing", "unreachable"];
        /// Kinds of administrative penalty. 处罚种类.
        PenaltyKind = "penalty_kind" relies on ["warning", "fine", "confiscate_gains", "restrict_business", "restrict_profession"];
        /// What a credit repair asks for. 信用修复类型.
        RepairKind = "repair_kind" relies on [];
        /// Papers of an application for credit repair; they stand in `documents.toml`. 信用修复材料.
        RepairDocument = "repair_document" relies on [];
        /// Grounds for not listing a subject for now; they stand in `buffers.toml`. 不予列入事由.
        BufferGround = "buffer_ground" relies on [];
    }
    closed {
        /// What an `authority` record does. 机构登记动作.
        AuthorityAction = "authority_action" {
            Register = "register",
            Amend = "amend",
            AddKey = "add_key",
            Rotate = "rotate",
            Revoke = "revoke",
        }
        /// Whether an authority runs the log or publishes in it. 机构角色.
        AuthorityRole = "authority_role" {
            Operator = "operator",
            Department = "department",
        }
        /// Which list of inspection items a record states. 清单类型.
        ItemListType = "item_list_type" {
            RandomInspection = "random_inspection",
            JointInspection = "joint_inspection",
            OneTradeOneCheck = "one_trade_one_check",
        }
        /// Weight of an inspection item. 事项类别.
        ItemLevel = "item_level" {
            General = "general",
            Key = "key",
        }
        /// Place of an item in a 1+X plan. 事项组成.
        ItemPart = "item_part" {
            Main = "main",
            Extra = "extra",
        }
        /// Which of the two libraries (两库) a snapshot freezes. 名录库.
        Library = "library" {
            Objects = "objects",
            Officers = "officers",
        }
        /// Whether strata stand in the open or sealed under salted commitments. 名录形式.
        LibraryForm = "library_form" {
            Open = "open",
            Sealed = "sealed",
        }
        /// Whether the draw is aimed at stated conditions. 抽查类型.
        DrawType = "draw_type" {
            Directed = "directed",
            Undirected = "undirected",
        }
        /// Which level draws and which inspects. 抽查检查模式.
        PlanMode = "plan_mode" {
            ProvinceDrawLocalCheck = "province_draw_local_check",
            CityDrawCountyCheck = "city_draw_county_check",
            CityDrawCityCheck = "city_draw_city_check",
            CountyDrawCountyCheck = "county_draw_county_check",
            CityCountyJointCheck = "city_county_joint_check",
        }
        /// Whether one department inspects or several together. 组织方式.
        PlanScope = "plan_scope" {
            Single = "single",
            Joint = "joint",
        }
        /// Where the randomness of a draw comes from. 随机数来源.
        Randomness = "randomness" {
            Drand = "drand",
            Lottery = "lottery",
            Delay = "delay",
        }
        /// Which public lottery is read. 彩票游戏.
        LotteryGame = "lottery_game" {
            UnionLotto = "union_lotto",
            SevenLotto = "seven_lotto",
            Happy8 = "happy_8",
            Welfare3d = "welfare_3d",
        }
        /// What a plan does when its randomness never comes. 备用方式.
        Fallback = "fallback" {
            None = "none",
            DrandRound = "drand_round",
            Lottery = "lottery",
            Delay = "delay",
        }
        /// Why a plan is called off before its draw. 取消原因.
        CancelReason = "cancel_reason" {
            LibraryError = "library_error",
            PlanError = "plan_error",
            ReplacedByJointPlan = "replaced_by_joint_plan",
            DuplicateOfHigherPlan = "duplicate_of_higher_plan",
            LegalBasisChanged = "legal_basis_changed",
            ForceMajeure = "force_majeure",
        }
        /// Whether a target or an officer is replaced. 递补类型.
        SubstituteType = "substitute_type" {
            Target = "target",
            Officer = "officer",
        }
        /// Why a drawn target or officer is replaced; never free choice. 递补原因.
        SubstituteReason = "substitute_reason" {
            Unreachable = "unreachable",
            Deregistered = "deregistered",
            LicenceRevoked = "licence_revoked",
            RegistrationRescinded = "registration_rescinded",
            MovedOut = "moved_out",
            NoRelevantActivity = "no_relevant_activity",
            Recusal = "recusal",
            OfficerUnavailable = "officer_unavailable",
            ForceMajeure = "force_majeure",
        }
        /// Why an officer may not inspect a target. 回避事由.
        RecusalReason = "recusal_reason" {
            Interest = "interest",
            Relative = "relative",
            FormerPost = "former_post",
            PartyRequest = "party_request",
            Fairness = "fairness",
        }
        /// Whether an inspection was drawn, or what else gave rise to it. 检查来源.
        DrawBasis = "draw_basis" {
            Drawn = "drawn",
            Complaint = "complaint",
            Transfer = "transfer",
            SpecialCampaign = "special_campaign",
            Warning = "warning",
            Triggered = "triggered",
        }
        /// How an inspection was carried out. 检查方式.
        InspectionMethod = "inspection_method" {
            OnSite = "on_site",
            Written = "written",
            Network = "network",
            OffsiteUpload = "offsite_upload",
            Entrusted = "entrusted",
        }
        /// A step after a problem was found. 后续处理.
        FollowupType = "followup_type" {
            RectificationOrdered = "rectification_ordered",
            Rectified = "rectified",
            Transferred = "transferred",
            CaseFiled = "case_filed",
            Closed = "closed",
        }
        /// Why a subject leaves the abnormal operations list or a mark is lifted. 移出经营异常名录原因.
        RemovalReason = "removal_reason" {
            AnnualReportFiled = "annual_report_filed",
            InformationPublished = "information_published",
            InformationCorrected = "information_corrected",
            AddressChanged = "address_changed",
            ReachableAgain = "reachable_again",
            ListedInError = "listed_in_error",
            DecisionAnnulled = "decision_annulled",
        }
        /// Field of the violation behind a serious listing. 严重违法失信类别.
        SeriousCategory = "serious_category" {
            FoodSafety = "food_safety",
            DrugDeviceCosmetics = "drug_device_cosmetics",
            ProductAndEquipment = "product_and_equipment",
            ConsumerRights = "consumer_rights",
            FairCompetition = "fair_competition",
            MarketOrder = "market_order",
            FalseRegistration = "false_registration",
            LongAbnormal = "long_abnormal",
            PenaltyNotPerformed = "penalty_not_performed",
        }
        /// Why a subject leaves the list of serious violations. 移出严重违法失信名单原因.
        SeriousRemovalReason = "serious_removal_reason" {
            TermEnded = "term_ended",
            Repaired = "repaired",
            ListedInError = "listed_in_error",
            DecisionAnnulled = "decision_annulled",
        }
        /// A measure tied to a serious listing. 管理措施.
        Restriction = "restriction" {
            MarketAccess = "market_access",
            OfficeHolding = "office_holding",
            PublicProcurement = "public_procurement",
            KeySupervision = "key_supervision",
            NoPromiseProcedure = "no_promise_procedure",
            NoHonours = "no_honours",
            Other = "other",
        }
        /// By which procedure a penalty was decided. 处罚程序.
        Procedure = "procedure" {
            Ordinary = "ordinary",
            Simple = "simple",
        }
        /// Field that dated rules may treat apart. 领域.
        Sector = "sector" {
            General = "general",
            Food = "food",
            Drug = "drug",
            SpecialEquipment = "special_equipment",
        }
        /// Grade of a violation as the decision states it. 失信程度.
        Severity = "severity" {
            Minor = "minor",
            General = "general",
            Serious = "serious",
        }
        /// Kinds of administrative permit. 许可类别.
        PermitKind = "permit_kind" {
            General = "general",
            Concession = "concession",
            Recognition = "recognition",
            Approval = "approval",
            Registration = "registration",
            Other = "other",
        }
        /// State of a permit when the record was made. 许可状态.
        PermitStatus = "permit_status" {
            Valid = "valid",
            Suspended = "suspended",
            Expired = "expired",
            Revoked = "revoked",
            Rescinded = "rescinded",
            Cancelled = "cancelled",
        }
        /// The five types of credit promise. 信用承诺类型.
        PromiseType = "promise_type" {
            ApprovalSubstitution = "approval_substitution",
            CreditRepair = "credit_repair",
            VoluntaryDisclosure = "voluntary_disclosure",
            IndustryDiscipline = "industry_discipline",
            GovernmentIntegrity = "government_integrity",
        }
        /// Whether a promise was kept. 履约状态.
        Fulfilment = "fulfilment" {
            Pending = "pending",
            Kept = "kept",
            Broken = "broken",
            FalsePromise = "false_promise",
        }
        /// How an application was received. 受理情况.
        Acceptance = "acceptance" {
            Accepted = "accepted",
            AcceptedWithGaps = "accepted_with_gaps",
            Refused = "refused",
        }
        /// How an application came in. 申请渠道.
        Channel = "channel" {
            Online = "online",
            Counter = "counter",
            Mail = "mail",
            OffSite = "off_site",
        }
        /// What was decided on an application for repair. 信用修复决定.
        RepairOutcome = "repair_outcome" {
            Granted = "granted",
            Refused = "refused",
            Ended = "ended",
            Rescinded = "rescinded",
        }
        /// What an objection is about. 异议类型.
        ObjectionType = "objection_type" {
            ContentWrong = "content_wrong",
            NotMyRecord = "not_my_record",
            IdentityMisused = "identity_misused",
            ShouldNotBePublic = "should_not_be_public",
            OmittedFromLibrary = "omitted_from_library",
            WronglyInLibrary = "wrongly_in_library",
            DrawProcedure = "draw_procedure",
        }
        /// What was decided on an objection. 异议处理结果.
        ObjectionOutcome = "objection_outcome" {
            Upheld = "upheld",
            PartlyUpheld = "partly_upheld",
            Rejected = "rejected",
            NotAccepted = "not_accepted",
        }
        /// Why display of a record ends by decision. 停止公示原因.
        WithdrawalReason = "withdrawal_reason" {
            Repaired = "repaired",
            DecisionAnnulled = "decision_annulled",
            DecisionChanged = "decision_changed",
            DecisionVoid = "decision_void",
            PublishedInError = "published_in_error",
            NotPublishable = "not_publishable",
            OtherLawfulGround = "other_lawful_ground",
        }
        /// Why a body and its salt are destroyed. 删除原因.
        ErasureReason = "erasure_reason" {
            PurposeEnded = "purpose_ended",
            RetentionEnded = "retention_ended",
            PersonRequest = "person_request",
            UnlawfulProcessing = "unlawful_processing",
            CourtOrder = "court_order",
            StateSecret = "state_secret",
        }
        /// How often a bulletin comes, or what it is for. 通报类型.
        BulletinType = "bulletin_type" {
            Monthly = "monthly",
            Quarterly = "quarterly",
            HalfYearly = "half_yearly",
            Annual = "annual",
            Special = "special",
            DrawnListOpening = "drawn_list_opening",
            SubstitutionGround = "substitution_ground",
        }
        /// What a figure counts; these are not interchangeable. 计量单位.
        Unit = "unit" {
            Subjects = "subjects",
            SubjectVisits = "subject_visits",
            Records = "records",
            Batches = "batches",
            Plans = "plans",
            Items = "items",
            Cases = "cases",
            Persons = "persons",
            PersonTimes = "person_times",
            Libraries = "libraries",
            Departments = "departments",
            Fen = "fen",
        }
        /// A broken order or deadline; never a risk warning about a subject. 提示类型.
        AlertType = "alert_type" {
            PlanGap = "plan_gap",
            SecondPlan = "second_plan",
            CommitMissing = "commit_missing",
            RevealMissing = "reveal_missing",
            RoundMissing = "round_missing",
            DrawLate = "draw_late",
            DrawMissing = "draw_missing",
            DrawMismatch = "draw_mismatch",
            ResultOverdue = "result_overdue",
            PublicationOverdue = "publication_overdue",
            WithdrawalOverdue = "withdrawal_overdue",
            RepairOverdue = "repair_overdue",
            BodyMissing = "body_missing",
            ForcedRotation = "forced_rotation",
        }
        /// Legal form of a subject, as far as publication rules need it. 主体类型.
        SubjectType = "subject_type" {
            Enterprise = "enterprise",
            IndividualBusiness = "individual_business",
            FarmerCooperative = "farmer_cooperative",
            OtherOrganisation = "other_organisation",
            NaturalPerson = "natural_person",
        }
        /// State of a subject's registration. 主体状态.
        SubjectStatus = "subject_status" {
            Active = "active",
            Deregistered = "deregistered",
            LicenceRevoked = "licence_revoked",
            RegistrationRescinded = "registration_rescinded",
            BusinessSuspended = "business_suspended",
            MovedOut = "moved_out",
            RevocationReversed = "revocation_reversed",
        }
        /// Whether a matter is made known, handed over or answered. 移交类型.
        TransferType = "transfer_type" {
            Notice = "notice",
            CaseTransfer = "case_transfer",
            Feedback = "feedback",
        }
        /// What was done about a finding of a campaign. 处置措施.
        Disposition = "disposition" {
            GuidedToLicence = "guided_to_licence",
            GuidedToPermit = "guided_to_permit",
            OrderedToStop = "ordered_to_stop",
            Exempted = "exempted",
            CaseFiled = "case_filed",
        }
        /// Why a violation brings no penalty or no listing. 不予处罚（列入）类型.
        NoPenaltyKind = "no_penalty_kind" {
            FirstOffence = "first_offence",
            MinorCorrected = "minor_corrected",
            NoFault = "no_fault",
            ExemptionList = "exemption_list",
            NotListedReachable = "not_listed_reachable",
            NotListedCorrected = "not_listed_corrected",
        }
    }
}
