"""What can be refused around accounts. No message names a person, a password or a code."""

from core.errors import Problem

__all__ = [
    "AccountUnknown",
    "CodeRefused",
    "FreshSignInNeeded",
    "GivenByWhoAdded",
    "GrantUnknown",
    "LastFactor",
    "NameTaken",
    "NameUnfit",
    "OwnGrant",
    "OwnRoleUnfit",
    "OwnRoleUnknown",
    "PasskeyRefused",
    "PasswordUnfit",
    "ProviderUnfit",
    "SessionForged",
    "SignInRefused",
    "TokenRefused",
    "TokenTooBusy",
    "TokenUnfit",
    "UnitNamedWrongly",
    "UnitUnfit",
    "UnitUnknown",
]


class NameUnfit(Problem):
    code = "CORE-410"
    says = "This cannot be a sign-in name."
    remedy = "Use 3 to 64 letters, digits, full stops, hyphens and underscores. It need not be the person's own name."


class NameTaken(Problem):
    code = "CORE-411"
    says = "Another account has this sign-in name."
    remedy = "Choose another; names of closed accounts are not given again, for the audit log speaks of them."


class AccountUnknown(Problem):
    code = "CORE-412"
    says = "No account in your reach has this name or id."
    remedy = "List them with `bin/waystation accounts list`. Accounts of other operations are added on the server itself."


class PasswordUnfit(Problem):
    code = "CORE-413"
    says = "This password is not taken: {reason}."
    remedy = "Choose at least 12 characters that are neither a common password nor your sign-in name; a short sentence is good."


class UnitUnknown(Problem):
    code = "CORE-414"
    says = "There is no {kind} with that id."
    remedy = "List them with `bin/waystation units list`."


class UnitNamedWrongly(Problem):
    code = "CORE-426"
    says = "{found} units of kind {kind} fit what was named; one must."
    remedy = "List them with `bin/waystation units list`. Where two have the same name, name also the unit that they lie in."


class UnitUnfit(Problem):
    code = "CORE-415"
    says = "A unit of kind {kind} cannot stand there."
    remedy = "An organisation has no parent, an area lies in an organisation, a team lies in an area or an organisation."


class UnitInUse(Problem):
    code = "CORE-427"
    says = "The unit is not closed: {within} other open units lie in it."
    remedy = "Close those first, or leave this one open. Nothing was changed."


class OwnGrant(Problem):
    code = "CORE-416"
    says = "Nobody changes what they themselves may do."
    remedy = "Ask another administrator. The attempt is in the audit log."


class OwnRoleUnfit(Problem):
    code = "CORE-437"
    says = "A role of this operation's own cannot be made like that: {reason}."
    remedy = "Name it, choose the role that it is made of, and tick what it may do; what nobody of it should do stays unticked."


class OwnRoleUnknown(Problem):
    code = "CORE-438"
    says = "There is no such role of this operation's own, or it is given to nobody any more."
    remedy = "Look at page /roles, or list them with `bin/waystation roles list OPERATION`."


class GivenByWhoAdded(Problem):
    code = "CORE-417"
    says = "Who added an account does not also give it a role: otherwise one person alone could make themself a second account."
    remedy = "Ask another administrator to give the role, or give it on the server itself."


class GrantUnknown(Problem):
    code = "CORE-418"
    says = "There is no such grant or token in your reach, or it was taken back already."
    remedy = "List them with `bin/waystation accounts list`."


class ProviderUnfit(Problem):
    code = "CORE-433"
    says = "Only a partner's role names a provider, and one that the programme has."
    remedy = "Choose the role of a partner and one of the providers of the programme, or name none. Nothing was changed."


class SignInRefused(Problem):
    code = "CORE-419"
    says = "Name, password or second factor is not right, or there were too many attempts."
    remedy = "Wait a minute and try again. If you lost a factor use a recovery code, or ask your administrator."


class CodeRefused(Problem):
    code = "CORE-420"
    says = "This code is not right, or was used already."
    remedy = "Type the newest code of your authenticator app, or another recovery code."


class PasskeyRefused(Problem):
    code = "CORE-421"
    says = "The passkey was not accepted."
    remedy = "Load the page again and try once more; if it stays, sign in another way and add the passkey anew."


class TokenRefused(Problem):
    code = "CORE-422"
    says = "The service token is unknown, expired or taken back, or it does not belong to this operation."
    remedy = "Ask an administrator for a new one (page /tokens, or `bin/waystation tokens add` on the server)."


class TokenTooBusy(Problem):
    code = "CORE-432"
    says = "This token asked {most} times within a minute, the most that is answered."
    remedy = "Wait a minute and go on. A program that asks for its referrals every few minutes misses none."


class TokenUnfit(Problem):
    code = "CORE-423"
    says = "A service token cannot be made like that: {reason}."
    remedy = "Name a role that stands, of a service account or a partner's own, rights that it holds, and at most {days} days."


class FreshSignInNeeded(Problem):
    code = "CORE-424"
    says = "Passwords and factors are changed, and tokens of one's own asked for and made, only shortly after signing in."
    remedy = "Sign out, sign in again and do it within {minutes} minutes."


class LastFactor(Problem):
    code = "CORE-425"
    says = "This is the account's last second factor; without it nobody could sign in."
    remedy = "Add another factor first."


class SessionForged(Problem):
    code = "CORE-428"
    says = "Session {session} is not as the program opened it, so nobody is signed in by it."
    remedy = "Treat it as tampering: keep the database as it is, run `bin/waystation store verify`, and sign in anew."
